"""A deal in a real Chromium: moved by a click, by keys and by a drag, lost with a reason, sound on a small phone."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from projects.models import Deal, Stage
from projects.services import move_deal
from projects.tests.factories import make_deal, stage
from teams.tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def deal(cast: Cast) -> Deal:
    client, person = make_client(cast.ann, "Vorskla Shipyard"), make_contact(cast.ann, "Nightingale")
    made = make_deal(
        cast.ann,
        "Portal for the shipyard",
        client=client,
        amount=125000,
        expected_close=timezone.localdate() - timedelta(days=1),
        next_step="Send the offer",
        competitors=["Initech", "Globex"],
        contacts={person: "decides"},
        stage=stage("Qualified"),
        stage_since=timezone.now() - timedelta(days=9),
    )
    Stage.objects.filter(name="Qualified").update(days=7)
    make_deal(cast.bob, "Support for a year", client=client, amount=4000, currency="USD", stage=stage("Won"))
    return made


@pytest.fixture
def signed_in(page: "Page", live_server: "LiveServer", client: Browser, cast: Cast) -> "Page":
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


def test_a_deal_goes_on_by_a_click_and_back_by_a_key(signed_in: "Page", deal: Deal) -> None:
    signed_in.goto(deal.get_absolute_url())
    signed_in.click(".dl-steps button:has-text('Negotiation')")
    signed_in.wait_for_selector(".dl-step.is-current:has-text('Negotiation')")
    assert stored(deal).stage.name == "Negotiation"
    signed_in.focus(".dl-steps button:has-text('Proposal')")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_selector(".dl-step.is-current:has-text('Proposal')")
    assert stored(deal).stage.name == "Proposal"


def test_a_deal_is_lost_with_a_reason_and_opened_again(signed_in: "Page", deal: Deal) -> None:
    signed_in.goto(deal.get_absolute_url())
    signed_in.click(".dl-ends a:has-text('Lost')")
    signed_in.fill("textarea[name=reason]", "No budget this year")
    signed_in.click(".ui-confirm button[type=submit]")
    signed_in.wait_for_selector("#way button:has-text('Reopen')")
    assert "No budget this year" in signed_in.inner_text("#about")
    signed_in.click("#way button:has-text('Reopen')")
    signed_in.wait_for_selector(".dl-step.is-current:has-text('Qualified')")
    assert (stored(deal).state, stored(deal).loss_reason) == ("open", "")


def test_cards_are_dragged_moved_by_keys_and_stay_where_somebody_else_has_put_them(
    signed_in: "Page", deal: Deal, cast: Cast
) -> None:
    def column(name: str) -> str:
        return f".bd-column:has(#stage-{stage(name).pk})"

    def card_in(name: str) -> str:
        return f"{column(name)} .bd-card:has-text('{deal.name}')"

    signed_in.goto(reverse("deals:board"))
    assert "$4,000" in signed_in.inner_text(column("Won"))
    signed_in.drag_and_drop(card_in("Qualified"), f"{column('Proposal')} .bd-cards")
    signed_in.wait_for_selector("#board-note :text('is in “Proposal” now')")
    assert (stored(deal).stage, "125,000" in signed_in.inner_text(column("Proposal"))) == (stage("Proposal"), True)
    signed_in.click("#board-note :text('Undo')")
    signed_in.wait_for_selector(card_in("Qualified"))
    # The focus is on the card that has come back.
    signed_in.keyboard.press("Shift+ArrowRight")
    signed_in.wait_for_selector(card_in("Proposal"))
    assert "is in “Proposal” now" in signed_in.inner_text("#live")
    move_deal(stored(deal), stage("New inquiry"), actor=cast.dana)
    signed_in.keyboard.press("m")
    signed_in.keyboard.press("ArrowUp")
    signed_in.click("#board-choose button:has-text('Negotiation')")
    signed_in.wait_for_selector(f"{card_in('New inquiry')} :text('has moved')")
    assert (stored(deal).stage, signed_in.locator(".bd-card").count()) == (stage("New inquiry"), 1)
    signed_in.drag_and_drop(card_in("New inquiry"), f"{column('Lost')} .bd-cards")
    signed_in.fill("#board-reason", "No budget this year")
    signed_in.click("#board-lose button:has-text('Mark as lost')")
    signed_in.wait_for_selector("#board-note :text('is lost')")
    assert (stored(deal).loss_reason, signed_in.locator(".bd-card").count()) == ("No budget this year", 0)


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_is_wider_than_the_window(signed_in: "Page", deal: Deal, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 900})
    for url in (
        deal.get_absolute_url(),
        reverse("deals:list"),
        reverse("deals:board"),
        deal.url("edit"),
        deal.client.get_absolute_url(),
    ):  # type: ignore[union-attr]
        signed_in.goto(url)
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, url
