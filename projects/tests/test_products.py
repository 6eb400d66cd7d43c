"""The catalogue: products, price lists, and who sees what they cost."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import Action, FieldAccess, Scope, forget_rights
from crm.access.writing import StaleVersion, move_to_bin
from crm.pages.testing import browser_of, edit_of, form_of, without_ids
from projects.catalogue import price_book, prices_of
from projects.models import Price, PriceList, Product
from projects.services import save_price_list, save_product
from projects.tests.factories import make_price_list, make_product
from teams.models import FieldRule, Grant, Role, User
from teams.services import install_ready_roles
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def rule(user: User, record_type: str, field: str, access: FieldAccess = FieldAccess.HIDDEN) -> None:
    FieldRule.objects.create(role=user.role, record_type=record_type, field=field, access=access)
    forget_rights(user)


def page(user: User, url: str, **parameters: Any) -> str:
    answer = browser_of(user).get(url, parameters)
    return without_ids(b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode())


def test_a_product_is_added_found_changed_binned_and_brought_back(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    sent = form_of(browser, reverse("products:new")) | {"name": "Mail migration", "code": " MM  1 ", "kind": "service"}
    assert browser.post(reverse("products:new"), sent).status_code == 302
    product = Product.objects.get()
    assert (product.code, product.owner, product.is_sold) == ("MM 1", cast.ann, True)
    surfaces = (
        reverse("products:list"),
        reverse("products:export"),
        product.get_absolute_url(),
        product.url("history"),
    )
    for url in surfaces:
        assert "Mail migration" in page(cast.bob, url), url
        assert "Mail migration" not in page(cast.cy, url), url
    assert "MM 1" in page(cast.bob, reverse("products:suggest"), q="Mail migr")
    assert browser_of(cast.cy).post(product.url("edit"), sent).status_code == 404
    assert edit_of(browser, product.url("edit"), unit="package").status_code == 302
    assert [row.record.pk for row in browser.get(reverse("products:list"), {"unit": "package"}).context["list"].rows]
    browser.post(product.url("delete"))
    assert not Product.objects.alive().exists()
    browser.post(product.url("restore"))
    assert Product.objects.alive().get().unit == "package"


def test_a_code_is_of_one_living_product(cast: Cast) -> None:
    first = make_product(cast.ann, "First", code="A-1")
    browser = browser_of(cast.ann)
    sent = form_of(browser, reverse("products:new")) | {"name": "Second", "code": "A-1"}
    taken = browser.post(reverse("products:new"), sent)
    assert taken.status_code == 422
    assert "Another product has this code" in taken.content.decode()
    move_to_bin(first, actor=cast.ann)
    assert browser.post(reverse("products:new"), sent).status_code == 302
    back = browser.post(first.url("restore"), follow=True)
    assert "has taken its place" in back.content.decode()
    assert Product.objects.alive().get().name == "Second"
    make_product(cast.ann, "No code")
    make_product(cast.ann, "No code either")


def test_a_price_list_is_edited_as_a_table_and_its_history_tells_who_changed_a_price(cast: Cast) -> None:
    support, audit = make_product(cast.ann, "Support"), make_product(cast.ann, "Audit")
    prices = make_price_list(cast.ann, "Prices 2026", {support: "100"})
    browser = browser_of(cast.bob)
    row = {"prices-1-product": str(audit.pk), "prices-1-amount": "250.50", "prices-1-from_quantity": "10"}
    changed = edit_of(browser, prices.url("edit"), **{"prices-0-amount": "120", **row})
    assert changed.status_code == 302
    assert sorted(prices.prices.values_list("product__name", "amount", "from_quantity")) == [
        ("Audit", Decimal("250.50"), 10),
        ("Support", 120, 0),
    ]
    told = page(cast.ann, prices.url("history"))
    for word in ("bob", "Support", "100", "120", "250.5"):
        assert word in told, word
    double = {"prices-TOTAL_FORMS": "3", "prices-2-product": str(audit.pk), "prices-2-amount": "1"}
    refused = edit_of(browser, prices.url("edit"), **double, **{"prices-2-from_quantity": "10"})
    assert refused.status_code == 422
    assert "two prices from the same quantity" in refused.content.decode()
    stale = PriceList.objects.get(pk=prices.pk)
    save_price_list(PriceList.objects.get(pk=prices.pk), actor=cast.ann, parts={"prices": []})
    with pytest.raises(StaleVersion):
        save_price_list(stale, actor=cast.bob)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e30", "-1", "1.005"])
def test_a_price_that_is_none_is_refused_in_its_place(cast: Cast, amount: str) -> None:
    product = make_product(cast.ann)
    prices = make_price_list(cast.ann, "Prices", {product: "100"})
    answer = edit_of(browser_of(cast.ann), prices.url("edit"), **{"prices-0-amount": amount})
    assert answer.status_code == 422
    assert answer.context["form"].parts["prices"].forms[0].errors["amount"]
    assert prices.prices.get().amount == 100


def test_the_price_is_that_of_the_list_which_holds_and_is_asked_first(cast: Cast) -> None:
    today, product = timezone.localdate(), make_product(cast.ann)
    make_price_list(cast.ann, "Old", {product: "1"}, valid_until=today - timedelta(days=1), is_default=True)
    make_price_list(cast.ann, "Coming", {product: "2"}, valid_from=today + timedelta(days=1), is_default=True)
    make_price_list(cast.ann, "Euro", {product: "3"}, currency="EUR", is_default=True)
    make_price_list(cast.ann, "Second", {product: "4"}, position=1)
    usual = make_price_list(cast.ann, "Usual", {product: "5"}, is_default=True, valid_from=today, valid_until=today)
    rows = [*usual.prices.all(), Price(product=product, amount=Decimal("4.5"), from_quantity=Decimal(10))]
    save_price_list(usual, actor=cast.ann, parts={"prices": rows})
    book = price_book([product.pk], "USD", reader=cast.bob, on=today)
    asked = [book.price(product.pk, Decimal(quantity)) for quantity in ("0.5", "9.999", "10")]
    assert [price.amount for price in asked if price] == [5, 5, Decimal("4.5")]
    move_to_bin(PriceList.objects.get(pk=usual.pk), actor=cast.ann)
    after = price_book([product.pk], "USD", reader=cast.bob, on=today).price(product.pk, Decimal(1))
    assert after is not None
    assert after.price_list.name == "Second"
    assert not price_book([product.pk], "USD", reader=cast.cy, on=today).prices


def test_the_card_of_a_product_shows_its_prices_and_greys_lists_that_do_not_hold(cast: Cast) -> None:
    product = make_product(cast.ann)
    make_price_list(cast.ann, "Of now", {product: "777"})
    past = timezone.localdate() - timedelta(days=1)
    make_price_list(cast.ann, "Of before", {product: "666"}, valid_until=past)
    told = page(cast.bob, product.get_absolute_url())
    for word in ("Of now", "$777", "Of before", "$666"):
        assert word in told, word
    assert told.count("does not hold now") == 1
    assert told.count('class="ct-out"') == 1
    assert [price.amount for price in prices_of(product, cast.bob, limit=9)] == [777, 666]


def test_whoever_must_not_see_amounts_sees_no_price_anywhere(cast: Cast) -> None:
    product = make_product(cast.ann)
    prices = make_price_list(cast.ann, "Prices", {product: "987654"})
    prices.name = "Prices 2026"
    save_price_list(prices, actor=cast.ann, parts={"prices": [Price(product=product, amount=Decimal(987653))]})
    urls = (
        *(product.get_absolute_url(), prices.get_absolute_url(), prices.url("history"), reverse("prices:export")),
        *(
            reverse("prices:version", args=[prices.pk, 2]),
            reverse("timeline:of", args=["projects.pricelist", prices.pk]),
        ),
    )
    rule(cast.fin, "projects.deal", "amount")
    for url in urls:
        assert "987" not in page(cast.fin, url), url
        assert "987" in page(cast.ann, url), url
    assert "prices" not in browser_of(cast.fin).get(prices.url("edit")).context["form"].parts
    save_price_list(PriceList.objects.get(pk=prices.pk), actor=cast.fin, parts={"prices": []})
    assert prices.prices.get().amount == 987653


def test_a_hidden_code_is_told_nowhere(cast: Cast) -> None:
    product = make_product(cast.ann, "Support", code="Kestrel-9")
    product.category = "Series"
    save_product(product, actor=cast.ann)
    rule(cast.fin, "projects.product", "code")
    for url in (reverse("products:list"), reverse("products:export"), product.get_absolute_url(), product.url("edit")):
        assert "Kestrel-9" not in page(cast.fin, url), url
        assert "Kestrel-9" in page(cast.ann, url), url
    assert "Support" not in page(cast.fin, reverse("search"), q="Kestrel-9")
    assert "Support" in page(cast.ann, reverse("search"), q="Kestrel-9")


def test_a_product_out_of_sight_is_masked_in_a_shared_price_list(cast: Cast) -> None:
    product = make_product(cast.cy, "Nightingale")
    prices = make_price_list(cast.cy, "Prices", {product: "5"})
    PriceList.objects.filter(pk=prices.pk).update(owner=cast.ann, team=cast.ann.teams.get())
    for url in (prices.get_absolute_url(), prices.url("edit"), prices.url("history"), reverse("prices:export")):
        assert "Nightingale" not in page(cast.ann, url), url
    assert "product you may not see" in page(cast.ann, prices.get_absolute_url())
    assert edit_of(browser_of(cast.ann), prices.url("edit"), name="Renamed").status_code == 302
    assert prices.prices.get().product == product


def test_ready_roles_see_the_catalogue_and_those_who_lead_sales_keep_it(cast: Cast) -> None:
    reach = {
        name: {grant.action: grant.scope for grant in role.grants.filter(record_type="projects.product")}
        for name, role in install_ready_roles().items()
    }
    assert set(reach["Director"]) == set(Action.values)
    assert reach["Head of sales"] == dict.fromkeys(("view", "add", "change", "export"), Scope.ALL)
    for name in ("Sales manager", "Project manager", "Accountant", "Observer"):
        assert reach[name] == {"view": Scope.ALL}, name
    assert reach["Developer"] == {}


def test_roles_of_before_see_the_catalogue_where_they_see_deals(cast: Cast) -> None:
    seller, lead, clerk = (Role.objects.create(name=name) for name in ("seller", "lead", "no deals"))
    for role, change in ((seller, Scope.OWN), (lead, Scope.TEAM_AND_BELOW)):
        for action, scope in (("view", Scope.TEAM), ("change", change)):
            Grant.objects.create(role=role, record_type="projects.deal", action=action, scope=scope)
    import_module("projects.migrations.0006_who_may_see_the_catalogue").open_the_catalogue(apps, None)
    for record_type in ("projects.product", "projects.pricelist"):
        found = [
            set(role.grants.filter(record_type=record_type).values_list("action", flat=True))
            for role in (seller, lead, clerk)
        ]
        assert found == [{"view"}, {"view", "add", "change", "export"}, set()]
