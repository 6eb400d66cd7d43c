"""A part of a deal goes on as a deal of its own, and nothing is lost on the way."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import forget_rights
from crm.access.writing import StaleVersion
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from projects.models import Deal, DealLine
from projects.services import DealIsClosed, NothingToSplit, WrongPart, save_deal, split_deal, win_deal
from projects.tests.factories import make_deal, make_product, stage
from teams.models import FieldRule, Grant, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def make_sold(cast: Cast, *prices: str, **fields: Any) -> Deal:
    """A deal of ann's with a line for each price, titled by its number."""
    lines = [DealLine(title=f"Line {n}", unit_price=Decimal(price)) for n, price in enumerate(prices)]
    return save_deal(make_deal(cast.ann, "Portal", **fields), actor=cast.ann, parts={"lines": lines})


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


def keys(deal: Deal, *numbers: int) -> set[int]:
    titles = [f"Line {number}" for number in numbers]
    return set(deal.lines.filter(title__in=titles).values_list("pk", flat=True))


def timeline(user: User, deal: Deal) -> str:
    return browser_of(user).get(reverse("timeline:of", args=["projects.deal", deal.pk])).content.decode()


def test_lines_go_over_on_the_page_and_both_deals_come_to_the_same(cast: Cast) -> None:
    client, person, product = make_client(cast.ann, "Acme"), make_contact(cast.ann, "Koval"), make_product(cast.ann)
    deal = make_sold(cast, "100.10", "50.05", "7", client=client, contacts={person: "signs"}, stage=stage("Proposal"))
    DealLine.objects.filter(title="Line 2").update(product=product)
    browser = browser_of(cast.bob)
    assert deal.url("split") in browser.get(deal.get_absolute_url()).content.decode()
    page = browser.get(deal.url("split")).content.decode()
    assert "Line 1 × 1: UAH" in page
    sent = {"name": "Second half", "lines": sorted(keys(deal, 1, 2)), "version": deal.version}
    answer = browser.post(deal.url("split"), sent)
    part = Deal.objects.get(name="Second half")
    assert answer.url == part.get_absolute_url()
    assert (part.amount, stored(deal).amount) == (Decimal("57.05"), Decimal("100.10"))
    assert (part.client, part.stage, part.owner, part.currency) == (client, deal.stage, cast.ann, deal.currency)
    assert part.contacts.get().role == "signs"
    assert [line.product for line in part.lines.all()] == [None, product]
    assert list(stored(deal).lines.values_list("title", flat=True)) == ["Line 0"]
    assert "Second half” goes on by itself" in timeline(cast.ann, deal)
    assert "split the deal off “Portal”" in timeline(cast.ann, part)
    assert "Split" in browser.get(deal.url("history")).content.decode()
    deliver_all()
    assert Notification.objects.get(kind="deals.split").user == cast.ann
    assert "split “Portal”" in browser_of(cast.ann).get(reverse("notifications:list")).content.decode()
    browser.post(reverse("deals:restore_version", args=[deal.pk, 2]), {"read_version": stored(deal).version})
    assert stored(deal).amount == Decimal("157.15")


def test_without_lines_an_amount_goes_over(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal", amount=Decimal("100.01"))
    browser = browser_of(cast.ann)
    for amount in ("0", "-1", "100.01", "200", "NaN", "1e30", ""):
        refused = browser.post(deal.url("split"), {"name": "Part", "amount": amount, "version": deal.version})
        assert refused.status_code == 422, amount
    assert (
        browser.post(deal.url("split"), {"name": "Part", "amount": "33.34", "version": deal.version}).status_code == 302
    )
    assert (Deal.objects.get(name="Part").amount, stored(deal).amount) == (Decimal("33.34"), Decimal("66.67"))


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=2, max_size=8), st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cent_is_lost_or_made(cast: Cast, prices: list[Decimal], data: st.DataObject) -> None:
    deal = make_sold(cast, *map(str, prices))
    lines = list(deal.lines.all())
    chosen = data.draw(st.sets(st.sampled_from([line.pk for line in lines]), min_size=1, max_size=len(lines) - 1))
    before = stored(deal).amount
    part = split_deal(stored(deal), actor=cast.ann, name="Part", lines=chosen)
    assert stored(part).amount + stored(deal).amount == before
    assert part.lines.count() + deal.lines.count() == len(prices)


def test_a_split_that_leaves_nothing_is_refused_and_stores_nothing(cast: Cast) -> None:
    deal = make_sold(cast, "1", "2")
    other = make_sold(cast, "3", "4")
    for chosen in (set(), keys(deal, 0, 1), keys(other, 0), keys(deal, 0) | keys(other, 0)):
        with pytest.raises(NothingToSplit):
            split_deal(stored(deal), actor=cast.ann, name="Part", lines=chosen)
    with pytest.raises(WrongPart):
        split_deal(make_deal(cast.ann, "Empty"), actor=cast.ann, name="Part", amount=Decimal(1))
    stale = stored(deal)
    save_deal(stored(deal), actor=cast.ann)
    with pytest.raises(StaleVersion):
        split_deal(stale, actor=cast.ann, name="Part", lines=keys(deal, 0))
    win_deal(stored(deal), actor=cast.ann)
    with pytest.raises(DealIsClosed):
        split_deal(stored(deal), actor=cast.ann, name="Part", lines=keys(deal, 0))
    browser_of(cast.ann).post(deal.url("split"), {"name": "Part", "lines": sorted(keys(deal, 0)), "version": 4})
    assert not Deal.objects.filter(name="Part").exists()
    assert deal.url("split") not in browser_of(cast.ann).get(deal.get_absolute_url()).content.decode()


def test_a_split_at_the_same_moment_overwrites_nothing(cast: Cast) -> None:
    deal = make_sold(cast, "1", "2")
    sent = {"name": "Part", "lines": sorted(keys(deal, 0)), "version": deal.version}
    save_deal(stored(deal), actor=cast.bob)
    told = browser_of(cast.ann).post(deal.url("split"), sent, follow=True).content.decode()
    assert "at the same moment" in told
    assert Deal.objects.count() == 1


def test_whoever_may_not_write_amounts_lines_or_new_deals_splits_none(cast: Cast) -> None:
    deal = make_sold(cast, "1", "2")
    assert browser_of(cast.cy).get(deal.url("split")).status_code == 404
    with pytest.raises(PermissionDenied):
        split_deal(stored(deal), actor=cast.cy, name="Part", lines=keys(deal, 0))
    assert browser_of(cast.fin).get(deal.url("split")).status_code == 200
    for field, access in (("amount", "hidden"), ("amount", "read_only"), ("lines", "read_only"), ("lines", "hidden")):
        rule = FieldRule.objects.create(role=cast.fin.role, record_type="projects.deal", field=field, access=access)
        forget_rights(cast.fin)
        assert browser_of(cast.fin).get(deal.url("split")).status_code == 403, (field, access)
        assert deal.url("split") not in browser_of(cast.fin).get(deal.get_absolute_url()).content.decode()
        with pytest.raises(PermissionDenied):
            split_deal(stored(deal), actor=cast.fin, name="Part", lines=keys(deal, 0))
        rule.delete()
    Grant.objects.filter(role=cast.fin.role, record_type="projects.deal", action="add").delete()
    assert browser_of(cast.fin).get(deal.url("split")).status_code == 403


def test_a_split_is_told_to_those_who_see_both_deals(cast: Cast) -> None:
    deal = make_sold(cast, "1", "2")
    part = split_deal(stored(deal), actor=cast.ann, name="Nightingale", lines=keys(deal, 0))
    assert "Nightingale" in timeline(cast.bob, deal)
    Deal.objects.filter(pk=part.pk).update(owner=cast.cy, team=cast.cy.teams.get())
    assert "Nightingale" not in timeline(cast.bob, deal)
    assert "split the deal" not in timeline(cast.bob, deal)
    assert "Portal" not in timeline(cast.cy, part)
