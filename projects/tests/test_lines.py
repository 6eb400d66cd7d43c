"""What is sold in a deal: lines, their sums, and what they must not tell."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clients.tests.factories import make_client
from crm.access.rights import FieldAccess, forget_rights
from crm.pages.testing import browser_of, edit_of, form_of
from projects.models import Deal, DealLine, Product
from projects.models.lines import sum_of
from projects.services import duplicate_deal, save_deal, save_product
from projects.tests.factories import make_deal, make_price_list, make_product
from teams.models import FieldRule, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
# A price, a discount and sums that stand nowhere else.
TOLD = ("98765", "98,765", "17.5", "81480", "81,480", "81,481", "81481")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def rule(user: User, field: str, access: FieldAccess = FieldAccess.HIDDEN) -> None:
    FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access=access)
    forget_rights(user)


def line(title: str = "Support", price: str = "100", **fields: Any) -> DealLine:
    numbers = {name: Decimal(value) if name != "product" else value for name, value in fields.items()}
    return DealLine(title=title, unit_price=Decimal(price), **numbers)


def sell(deal: Deal, *lines: DealLine, actor: User) -> Deal:
    fresh = Deal.objects.get(pk=deal.pk)
    return save_deal(fresh, actor=actor, parts={"lines": lines})


def page(user: User, url: str, **parameters: Any) -> str:
    answer = browser_of(user).get(url, parameters)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "currency", "total"),
    [
        ("3", "33.33", "0", "USD", "99.99"),
        ("0.5", "0.01", "0", "USD", "0.01"),
        ("1", "99.99", "33.33", "USD", "66.66"),
        ("2.5", "1", "0", "JPY", "3"),
        ("1", "100", "100", "USD", "0.00"),
        ("999999999.999", "999999999999.99", "0.01", "USD", "999899999998990101000.00"),
    ],
)
def test_a_line_is_rounded_half_up_to_the_minor_unit(
    quantity: str, price: str, discount: str, currency: str, total: str
) -> None:
    one = line(price=price, quantity=quantity, discount=discount)
    assert str(one.total_in(currency)) == total


@given(
    st.lists(
        st.tuples(
            st.decimals("0.001", 10**6, places=3), st.decimals(0, 10**8, places=2), st.decimals(0, 100, places=2)
        ),
        max_size=12,
    )
)
def test_sums_are_exact_to_half_a_cent_a_line(rows: list[tuple[Decimal, Decimal, Decimal]]) -> None:
    lines = [DealLine(quantity=quantity, unit_price=price, discount=off) for quantity, price, off in rows]
    exact = sum((quantity * price * (100 - off) / 100 for quantity, price, off in rows), Decimal(0))
    assert abs(sum_of(lines, "USD") - exact) <= Decimal("0.005") * len(rows)
    assert sum_of(lines, "USD") == sum((one.total_in("USD") for one in reversed(lines)), Decimal(0))


def test_a_deal_is_filled_in_from_the_catalogue_and_its_amount_is_the_sum(cast: Cast) -> None:
    product = make_product(cast.ann, "Mail migration", unit="hour")
    make_price_list(cast.ann, "Prices", {product: "120"})
    browser, url = browser_of(cast.ann), reverse("deals:new")
    sent = form_of(browser, url) | {"name": "Portal", "currency": "USD", "amount": "5", "lines-TOTAL_FORMS": "2"}
    sent |= {"lines-0-product": str(product.pk), "lines-0-quantity": "10", "lines-0-discount": "10"}
    sent |= {"lines-1-title": "Travel", "lines-1-quantity": "1", "lines-1-unit_price": "99.50"}
    assert browser.post(url, sent).status_code == 302
    deal = Deal.objects.get()
    assert deal.amount == Decimal("1179.50")
    assert list(deal.lines.values_list("title", "unit", "unit_price", "position")) == [
        ("Mail migration", "hour", 120, 0),
        ("Travel", "piece", Decimal("99.50"), 1),
    ]
    card = page(cast.bob, deal.get_absolute_url())
    for word in ("Mail migration", "Travel", "$1,080", "$99.50", "$1,179.50", "10%"):
        assert word in card, word
    form = browser.get(deal.url("edit")).context["form"]
    assert form.fields["amount"].disabled
    assert edit_of(browser, deal.url("edit"), amount="1", name="Renamed").status_code == 302
    assert (stored(deal).name, stored(deal).amount) == ("Renamed", Decimal("1179.50"))
    assert browser.get(reverse("deals:field", args=[deal.pk, "amount"])).status_code == 403
    assert edit_of(browser, deal.url("edit"), **{"lines-0-DELETE": "on", "lines-1-DELETE": "on"}).status_code == 302
    assert edit_of(browser, deal.url("edit"), amount="7").status_code == 302
    assert stored(deal).amount == 7


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, value) for field in ("quantity", "unit_price") for value in ("NaN", "Infinity", "1e30", "-1")),
        ("quantity", "0"),
        ("quantity", "0.0001"),
        ("discount", "100.01"),
        ("discount", "-1"),
        ("unit_price", ""),
        ("title", ""),
    ],
)
def test_a_line_that_cannot_be_is_refused_in_its_place(cast: Cast, field: str, value: str) -> None:
    deal = make_deal(cast.ann, "Portal", amount=5)
    sent = {"lines-0-title": "Support", "lines-0-quantity": "1", "lines-0-unit_price": "3", f"lines-0-{field}": value}
    answer = edit_of(browser_of(cast.ann), deal.url("edit"), **sent)
    assert answer.status_code == 422
    assert answer.context["form"].parts["lines"].forms[0].errors[field]
    assert (stored(deal).amount, stored(deal).lines.count()) == (5, 0)


def test_lines_that_come_to_too_much_are_refused_everywhere(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal")
    sent = {"lines-0-title": "Support", "lines-0-quantity": "2", "lines-0-unit_price": "999999999999"}
    answer = edit_of(browser_of(cast.ann), deal.url("edit"), **sent)
    assert answer.status_code == 422
    assert "more than a deal can hold" in answer.content.decode()
    for bad in (line(price="999999999999", quantity="2"), line(price="NaN"), line(quantity="-1"), line(title="")):
        with pytest.raises(ValidationError):
            sell(deal, bad, actor=cast.ann)
    with pytest.raises(ValidationError):
        sell(deal, DealLine(title="No price"), actor=cast.ann)
    assert sell(deal, line(price="499999999999", quantity="2"), actor=cast.ann).amount == 999999999998


def test_the_price_of_a_product_is_told_to_those_who_see_it(cast: Cast) -> None:
    product = make_product(cast.ann, "Support", unit="month")
    make_price_list(cast.ann, "Prices", {product: "98765"})
    asked = {"product": str(product.pk), "currency": "USD", "quantity": "2"}
    url = reverse("deals:line_price")
    assert browser_of(cast.bob).get(url, asked).json() == {"title": "Support", "unit": "month", "price": "98765"}
    assert browser_of(cast.bob).get(url, asked | {"currency": "EUR", "quantity": "NaN"}).json()["price"] == ""
    assert browser_of(cast.cy).get(url, asked).status_code == 404
    assert browser_of(cast.bob).get(url, asked | {"product": "x"}).status_code == 404
    rule(cast.fin, "currency")
    assert browser_of(cast.fin).get(url, asked).json()["price"] == ""


def surfaces(user: User, deal: Deal) -> dict[str, str]:
    at = {"card": deal.get_absolute_url(), "edit": deal.url("edit"), "history": deal.url("history")}
    at |= {f"version {number}": reverse("deals:version", args=[deal.pk, number]) for number in (2, 3)}
    at |= {"list": reverse("deals:list"), "csv": reverse("deals:export")}
    at |= {"timeline": reverse("timeline:of", args=["projects.deal", deal.pk])}
    at |= {"restore": reverse("deals:restore_version", args=[deal.pk, 2])}
    return {name: page(user, url) for name, url in at.items()}


@pytest.mark.parametrize("hidden", ["amount", "currency"])
def test_whoever_must_not_see_the_amount_sees_lines_without_any_price(cast: Cast, hidden: str) -> None:
    deal = make_deal(cast.ann, "Portal", currency="USD")
    sell(deal, line("Support", "98765", discount="17.5"), actor=cast.ann)
    sell(deal, line("Support", "98766", discount="17.5"), actor=cast.ann)
    rule(cast.fin, hidden)
    # The number of the amount is another field than its currency; the prices are hidden with either.
    words = TOLD if hidden == "amount" else TOLD[:3]
    for name, told in surfaces(cast.fin, deal).items():
        assert not any(word in told for word in words), name
    seen = surfaces(cast.ann, deal)
    for name in ("card", "edit", "history", "version 2", "version 3", "csv", "timeline", "restore"):
        assert any(word in seen[name] for word in TOLD), name
    assert "Support" in surfaces(cast.fin, deal)["card"]
    assert "Support × 1" in surfaces(cast.fin, deal)["csv"]
    # That a price changed, and nothing else, is told to nobody who may not see prices.
    entries = surfaces(cast.fin, deal)["timeline"].count("changed the deal")
    told_of_lines = seen["timeline"].count("changed the deal") - (hidden == "amount")
    assert entries == told_of_lines


@pytest.mark.parametrize(
    ("field", "access"),
    [("amount", FieldAccess.HIDDEN), ("currency", FieldAccess.HIDDEN), ("amount", FieldAccess.READ_ONLY)],
)
def test_whoever_may_not_write_the_amount_writes_no_lines(cast: Cast, field: str, access: FieldAccess) -> None:
    deal = sell(make_deal(cast.ann, "Portal"), line(), actor=cast.ann)
    rule(cast.fin, field, access)
    assert "lines" not in browser_of(cast.fin).get(deal.url("edit")).context["form"].parts
    sent = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-title": "X", "lines-0-unit_price": "1"}
    assert edit_of(browser_of(cast.fin), deal.url("edit"), name="Renamed", **sent).status_code == 302
    sell(deal, line(price="1"), actor=cast.fin)
    after = stored(deal)
    assert (after.name, after.amount, after.lines.get().unit_price) == ("Renamed", 100, 100)
    assert sell(deal, line(price="1"), actor=cast.ann).amount == 1


def test_hidden_lines_are_told_nowhere_and_the_amount_stays_their_sum(cast: Cast) -> None:
    product = make_product(cast.ann, "Nightingale")
    deal = sell(make_deal(cast.ann, "Portal", amount=5), line("Nightingale", product=product), actor=cast.ann)
    make_deal(cast.ann, "Other")
    rule(cast.fin, "lines")
    for name, told in surfaces(
        cast.fin, sell(deal, line("Nightingale", "100.5", product=product), actor=cast.ann)
    ).items():
        assert "Nightingale" not in told, name
        assert "products below" not in told, name
    lists = reverse("deals:list")
    for user, names in ((cast.fin, ["Other", "Portal"]), (cast.ann, ["Portal"])):
        rows = browser_of(user).get(lists, {"product": str(product.pk), "sort": "name"}).context["list"].rows
        assert [row.record.name for row in rows] == names
    edit_of(browser_of(cast.fin), deal.url("edit"), amount="1", name="Renamed")
    assert (stored(deal).name, stored(deal).amount) == ("Renamed", Decimal("100.50"))


def test_a_product_out_of_sight_stays_in_its_line_and_is_not_named(cast: Cast) -> None:
    product = make_product(cast.cy, "Nightingale")
    deal = sell(make_deal(cast.ann, "Portal"), line("Birds", product=product), actor=cast.ann)
    for url in (deal.get_absolute_url(), deal.url("edit"), deal.url("history")):
        assert "Nightingale" not in page(cast.ann, url), url
    assert edit_of(browser_of(cast.ann), deal.url("edit"), **{"lines-0-quantity": "2"}).status_code == 302
    assert (stored(deal).amount, deal.lines.get().product) == (200, product)
    open_title = edit_of(browser_of(cast.ann), deal.url("edit"), **{"lines-0-title": "", "lines-0-unit_price": ""})
    assert open_title.status_code == 422
    assert "Nightingale" not in open_title.content.decode()
    assert edit_of(browser_of(cast.bob), deal.url("edit"), **{"lines-1-product": str(product.pk)}).status_code == 422
    assert duplicate_deal(stored(deal), actor=cast.bob).lines.get().product is None


def test_lines_are_duplicated_and_brought_back_with_their_sum(cast: Cast) -> None:
    product = make_product(cast.ann)
    deal = sell(make_deal(cast.ann, "Portal"), line(product=product, quantity="2.5", discount="12.5"), actor=cast.ann)
    copy = duplicate_deal(stored(deal), actor=cast.bob)
    assert (copy.amount, copy.lines.get().product, copy.lines.get().quantity) == (
        Decimal("218.75"),
        product,
        Decimal("2.5"),
    )
    sell(deal, line("Other", "1"), actor=cast.ann)
    browser, url = browser_of(cast.ann), reverse("deals:restore_version", args=[deal.pk, 2])
    assert browser.post(url, {"read_version": stored(deal).version}).status_code == 302
    assert stored(deal).amount == Decimal("218.75")
    back = stored(deal).lines.get()
    assert (back.title, back.quantity, back.discount, back.product) == (
        "Support",
        Decimal("2.5"),
        Decimal("12.5"),
        product,
    )
    told = page(cast.ann, deal.url("history"))
    assert "quantity 2.5" in told
    assert "2.500" not in told


def test_what_is_not_sold_any_more_stays_in_old_lines_and_goes_into_no_new_one(cast: Cast) -> None:
    product = make_product(cast.ann, "Fax")
    deal = sell(make_deal(cast.ann, "Portal"), line("Fax", product=product), actor=cast.ann)
    product.is_sold = False
    save_product(product, actor=cast.ann)
    browser = browser_of(cast.ann)
    assert edit_of(browser, deal.url("edit"), **{"lines-0-quantity": "2"}).status_code == 302
    row = {"lines-1-product": str(product.pk), "lines-1-unit_price": "5"}
    refused = edit_of(browser, deal.url("edit"), **row)
    assert refused.status_code == 422
    assert "not sold any more" in refused.content.decode()
    assert stored(deal).amount == 200


def test_another_currency_rounds_the_lines_again(cast: Cast) -> None:
    deal = sell(make_deal(cast.ann, "Portal", currency="USD"), line(price="10.55"), actor=cast.ann)
    assert edit_of(browser_of(cast.ann), deal.url("edit"), currency="JPY").status_code == 302
    assert stored(deal).amount == 11


def test_deals_are_found_by_product_and_exported_with_what_is_sold(cast: Cast) -> None:
    product = make_product(cast.ann)
    sell(make_deal(cast.ann, "Portal"), line(product=product), line("Again", product=product), actor=cast.ann)
    make_deal(cast.ann, "Other", client=make_client(cast.ann))
    rows = browser_of(cast.bob).get(reverse("deals:list"), {"product": str(product.pk)}).context["list"].rows
    assert [row.record.name for row in rows] == ["Portal"]
    csv = page(cast.bob, reverse("deals:export"), product=str(product.pk))
    assert "Support × 1; Again × 1" in csv
    assert "Other" not in csv
    unseen = Product.objects.create(name="Unseen", owner=cast.cy, team=cast.cy.teams.get())
    refused = browser_of(cast.bob).get(reverse("deals:list"), {"product": str(unseen.pk)}).content.decode()
    assert "Unseen" not in refused


def test_the_second_of_two_editors_sees_both_edits_of_the_lines(cast: Cast) -> None:
    deal = sell(make_deal(cast.ann, "Portal"), line(), actor=cast.ann)
    browser, url = browser_of(cast.bob), deal.url("edit")
    sent = form_of(browser, url) | {"lines-0-unit_price": "90"}
    row = deal.lines.get()
    row.unit_price = Decimal(80)
    sell(deal, row, actor=cast.ann)
    conflict = browser.post(url, sent)
    assert conflict.status_code == 409
    for word in ("Support × 1, 90", "Support × 1, 80"):
        assert word in conflict.content.decode(), word
    assert stored(deal).amount == 80
