"""Nothing of anothers deal reaches an outsider, and nothing of a hidden field anybody, on any surface."""

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import Action, Scope, forget_rights
from crm.access.shares import share
from crm.money.models import ExchangeRate
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of, edit_of
from projects.models import Deal
from projects.services import lose_deal, move_deal, save_deal, win_deal
from projects.tests.factories import make_deal, stage
from teams.models import FieldRule, Grant, Role, User
from teams.ready_roles import READY_ROLES
from teams.services import install_ready_roles, save_rate
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
AMOUNT = ("987654", "987,654")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hide(user: User, *fields: str) -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access="hidden")
    forget_rights(user)


def page(user: User, url: str, **parameters: Any) -> str:
    response = browser_of(user).get(url, parameters)
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode()


def panels(record: Any, user: User) -> str:
    """What other apps show on the card, drawn for a reader who has come so far."""
    request = RequestFactory().get("/")
    request.user = user
    context = RequestContext(request, {"record": record})
    return Template('{% load panels %}{% panels record "aside" %}').render(context)


def timeline(user: User, deal: Deal) -> str:
    return page(user, reverse("timeline:of", args=["projects.deal", deal.pk]))


def surfaces(user: User, deal: Deal) -> dict[str, str]:
    """Every place that tells of a deal, as this reader gets it."""
    told = {
        "list": page(user, reverse("deals:list")),
        "board": page(user, reverse("deals:board")),
        "calendar": page(user, reverse("deals:calendar")),
        "forecast": page(user, reverse("deals:forecast"), by="owner"),
        "list with filters": page(user, reverse("deals:list"), filters="1"),
        "card": page(user, deal.get_absolute_url()),
        "history": page(user, deal.url("history")),
        "version": page(user, reverse("deals:version", args=[deal.pk, 2])),
        "timeline": timeline(user, deal),
        "csv": page(user, reverse("deals:export")),
        # By the middle of the name: what was typed stands on the page.
        "search": page(user, reverse("search"), q=deal.name[2:8]),
        "suggestions": page(user, reverse("deals:suggest"), q=deal.name[2:8]),
        "home": page(user, reverse("home")),
    }
    if deal.client:
        told["panel of the client"] = panels(deal.client, user)
    return told | {f"panel of {row.contact}": panels(row.contact, user) for row in deal.contacts.all()}


def make_full_deal(cast: Cast, name: str = "Nightingale") -> Deal:
    """With a value in every field, changed once and moved once."""
    person = make_contact(cast.ann, "Kovalenko")
    deal = make_deal(cast.ann, name, client=make_client(cast.ann, "Acme"), contacts={person: "signs"})
    deal.amount, deal.next_step, deal.expected_close = Decimal(987654), "Write an offer", timezone.localdate()
    save_deal(deal, actor=cast.ann)
    return move_deal(deal, stage("Proposal"), actor=cast.bob)


def test_an_outsider_gets_nothing_of_anns_deal_anywhere(cast: Cast) -> None:
    deal = make_full_deal(cast)
    for surface, told in surfaces(cast.cy, deal).items():
        for word in ("Nightingale", *AMOUNT, "Write an offer"):
            assert word not in told, surface
    for surface, told in surfaces(cast.ann, deal).items():
        # The timeline tells of a deal without its name, and the forecast in figures.
        assert "Nightingale" in told or surface in ("timeline", "forecast"), surface


def test_an_outsider_who_sees_the_client_sees_no_deal_of_it_in_rows_counts_or_sums(cast: Cast) -> None:
    deal = make_full_deal(cast)
    person = deal.contacts.get().contact
    share(deal.client, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    share(person, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    for record in (deal.client, person):
        told = panels(record, cast.cy)
        assert "No deals yet" in told
        assert "1 open" not in told
        assert not any(word in told for word in AMOUNT)
        assert "1 open" in panels(record, cast.ann)
        assert "987,654" in panels(record, cast.ann)


def test_a_shared_deal_is_seen_and_its_client_stays_masked(cast: Cast) -> None:
    deal = make_full_deal(cast)
    share(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    told = page(cast.cy, deal.get_absolute_url())
    assert "Nightingale" in told
    assert "a client you may not see" in told
    for word in ("Acme", "Kovalenko"):
        assert word not in told
    assert browser_of(cast.cy).post(deal.url("win"), {"version": deal.version}).status_code == 403


def test_a_hidden_amount_is_told_on_no_surface(cast: Cast) -> None:
    deal = make_full_deal(cast)
    hide(cast.fin, "amount")
    for surface, told in surfaces(cast.fin, deal).items():
        assert not any(word in told for word in AMOUNT), surface
    seen = surfaces(cast.ann, deal)
    for surface in ("list", "card", "version", "csv", "timeline", "panel of the client"):
        assert any(word in seen[surface] for word in AMOUNT), surface


def test_a_hidden_amount_neither_sorts_nor_filters(cast: Cast) -> None:
    small, big = make_deal(cast.ann, "Small", amount=1), make_deal(cast.ann, "Big", amount=1000)
    hide(cast.fin, "amount")
    lists = reverse("deals:list")

    def names(user: User, **parameters: Any) -> list[str]:
        return [row.record.name for row in browser_of(user).get(lists, parameters).context["list"].rows]

    for parameters in ({"sort": "amount"}, {"sort": "-amount"}, {"amount_from": "10"}, {"amount_to": "10"}):
        assert names(cast.fin, **parameters) == ["Big", "Small"], parameters
    assert names(cast.ann, sort="amount") == ["Small", "Big"]
    assert names(cast.ann, amount_to="10") == ["Small"]
    assert small.amount < big.amount


def test_a_hidden_amount_is_neither_written_nor_duplicated(cast: Cast) -> None:
    deal = make_full_deal(cast)
    hide(cast.fin, "amount")
    assert edit_of(browser_of(cast.fin), deal.url("edit"), name="Renamed", amount="1").status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.amount) == ("Renamed", 987654)
    assert browser_of(cast.fin).get(reverse("deals:field", args=[deal.pk, "amount"])).status_code == 404
    browser_of(cast.fin).post(deal.url("duplicate"))
    assert Deal.objects.get(name="Renamed (copy)").amount is None


def test_a_hidden_stage_takes_with_it_whatever_would_tell_it(cast: Cast) -> None:
    deal = make_full_deal(cast)
    win_deal(deal, actor=cast.ann)
    hide(cast.fin, "stage")
    for surface, told in surfaces(cast.fin, deal).items():
        for word in ("Proposal", "New inquiry", ">Won", "won the deal", "Stage history"):
            assert word not in told, (surface, word)
    seen = surfaces(cast.ann, deal)
    assert "won the deal" in seen["timeline"]
    assert "Won" in seen["card"]
    for parameters in ({"state": "open"}, {"stage": stage("Proposal").pk}, {"pipeline": deal.pipeline_id}):
        listed = browser_of(cast.fin).get(reverse("deals:list"), parameters).context["list"]
        assert [row.record.pk for row in listed.rows] == [deal.pk], parameters


def test_a_hidden_client_or_contact_shows_no_panel_of_deals_there(cast: Cast) -> None:
    deal = make_full_deal(cast)
    person = deal.contacts.get().contact
    hide(cast.fin, "client", "contacts")
    for record in (deal.client, person):
        assert "Nightingale" not in panels(record, cast.fin)
        assert "Nightingale" in panels(record, cast.bob)
    assert "Acme" not in page(cast.fin, deal.get_absolute_url())
    listed = browser_of(cast.fin).get(reverse("deals:list"), {"client": str(make_client(cast.ann).pk)})
    assert [row.record.pk for row in listed.context["list"].rows] == [deal.pk]
    assert "Acme" not in page(cast.fin, reverse("deals:suggest"), q="Nightingale")


def test_the_panel_sums_open_deals_by_currency_and_puts_them_first(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_deal(cast.ann, "First", client=acme, amount=100, currency="USD")
    make_deal(cast.bob, "Second", client=acme, amount=50, currency="USD")
    make_deal(cast.ann, "Third", client=acme, amount=7, currency="EUR")
    win_deal(make_deal(cast.ann, "Fourth", client=acme, amount=5000, currency="USD"), actor=cast.ann)
    told = panels(acme, cast.ann)
    for text in ("$150", "€7", "3 open", f"?client={acme.pk}"):
        assert text in told
    assert "$5,150" not in told
    assert max(told.index(name) for name in ("First", "Second", "Third")) < told.index("Fourth")


def test_the_panel_adds_currencies_up_and_tells_what_has_no_rate(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    for amount, currency in ((100, "USD"), (50, "UAH"), (7, "EUR")):
        make_deal(cast.ann, currency, client=acme, amount=amount, currency=currency)
    assert "+ $100 without a rate" in panels(acme, cast.ann)
    save_rate(ExchangeRate(currency="USD", day=timezone.localdate(), rate=Decimal(40)), actor=cast.dana)
    told = panels(acme, cast.ann)
    for text in ("UAH\xa04,050", "+ €7 without a rate", "$100"):
        assert text in told, text
    hide(cast.fin, "amount")
    assert "Together" not in panels(acme, cast.fin)
    assert "4,050" not in panels(acme, cast.fin)
    make_deal(cast.ann, "Alone", client=(alone := make_client(cast.ann, "Alone")), amount=5, currency="USD")
    assert "Together" not in panels(alone, cast.ann)


def test_who_may_not_see_deals_has_no_menu_panel_or_page_of_them(cast: Cast) -> None:
    deal = make_full_deal(cast)
    assert reverse("deals:list") in page(cast.bob, reverse("home"))
    Grant.objects.filter(record_type="projects.deal").delete()
    assert reverse("deals:list") not in page(cast.bob, reverse("home"))
    assert 'id="deals"' not in panels(deal.client, User.objects.get(pk=cast.bob.pk))
    assert browser_of(cast.bob).get(deal.get_absolute_url()).status_code == 404
    assert page(cast.bob, reverse("deals:list")).count("Nightingale") == 0


def test_the_reason_of_a_loss_is_told_to_those_who_may_read_it(cast: Cast) -> None:
    deal = make_full_deal(cast)
    lose_deal(deal, "Heron was cheaper", actor=cast.bob)
    deliver_all()
    hide(cast.fin, "loss_reason")
    for surface, told in surfaces(cast.fin, deal).items():
        assert "Heron was cheaper" not in told, surface
    assert "Heron was cheaper" in timeline(cast.ann, deal)
    assert "Heron was cheaper" in page(cast.ann, reverse("notifications:list"))


def test_a_notice_of_a_move_is_told_only_while_its_deal_and_stage_are_in_sight(cast: Cast) -> None:
    deal = make_full_deal(cast)
    deliver_all()
    assert Notification.objects.get().user == cast.ann
    notices = reverse("notifications:list")
    assert "moved “Nightingale” to “Proposal”" in page(cast.ann, notices)
    rule = FieldRule.objects.create(role=cast.ann.role, record_type="projects.deal", field="stage", access="hidden")
    assert "Proposal" not in page(cast.ann, notices)
    rule.delete()
    Deal.objects.filter(pk=deal.pk).update(owner=cast.cy, team=cast.cy.teams.get())
    assert "Nightingale" not in page(cast.ann, notices)


def test_ready_roles_reach_deals_as_their_work_asks(cast: Cast) -> None:
    roles = install_ready_roles()
    assert len(roles) == len(READY_ROLES)
    scopes = {
        name: {grant.action: grant.scope for grant in role.grants.filter(record_type="projects.deal")}
        for name, role in roles.items()
    }
    assert set(scopes["Director"].values()) == {Scope.ALL}
    assert set(scopes["Head of sales"].values()) == {Scope.TEAM_AND_BELOW}
    assert (scopes["Sales manager"]["view"], scopes["Sales manager"]["change"]) == (Scope.TEAM, Scope.OWN)
    assert scopes["Project manager"] == scopes["Observer"] == {"view": Scope.TEAM_AND_BELOW}
    assert (scopes["Accountant"], scopes["Developer"]) == ({"view": Scope.ALL}, {})


def test_roles_of_before_reach_deals_as_far_as_clients(cast: Cast) -> None:
    from importlib import import_module

    seller, clerk = Role.objects.create(name="seller"), Role.objects.create(name="no clients")
    for action, scope in (("view", Scope.TEAM), ("change", Scope.OWN)):
        Grant.objects.create(role=seller, record_type="clients.client", action=action, scope=scope)
    Grant.objects.create(role=clerk, record_type="contacts.contact", action="view", scope=Scope.ALL)
    import_module("projects.migrations.0003_who_may_see_deals").let_deals_go_with_clients(apps, None)
    reach = seller.grants.filter(record_type="projects.deal").values_list("action", "scope")
    assert dict(reach) == {"view": Scope.TEAM, "change": Scope.OWN}
    assert not clerk.grants.filter(record_type="projects.deal").exists()
    assert Client.objects.count() == 0
