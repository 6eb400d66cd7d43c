"""Facts edited in their place, in a real Chromium: keys, focus, what stays as it was, and how refusals look."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.models import Client
from clients.services import save_client
from clients.tests.factories import make_client
from teams.tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client_of_ann(cast: Cast) -> Client:
    return make_client(cast.ann, "Vorskla", city="Kyiv", industry="Ships")


@pytest.fixture
def card(page: "Page", live_server: "LiveServer", client: Browser, cast: Cast, client_of_ann: Client) -> "Page":
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(client_of_ann.get_absolute_url())
    return page


def open_by_key(card: "Page", name: str) -> None:
    card.focus(f"#fact-{name} .ui-pencil")
    card.keyboard.press("Enter")
    card.wait_for_selector(f"#fact-{name} form :is(input:not([type=hidden]), select):focus")


def stored(client: Client) -> Client:
    return Client.objects.get(pk=client.pk)


def test_enter_saves_and_escape_cancels_without_leaving_the_card(card: "Page", client_of_ann: Client) -> None:
    card.evaluate("window.isSamePage = true")
    open_by_key(card, "city")
    card.keyboard.type("Lviv")
    card.keyboard.press("Enter")
    card.wait_for_selector("#fact-city .ui-pencil:focus")
    assert "Lviv" in card.inner_text("#fact-city")
    open_by_key(card, "city")
    card.keyboard.type("Odesa")
    card.keyboard.press("Escape")
    card.wait_for_selector("#fact-city .ui-pencil:focus")
    assert "Lviv" in card.inner_text("#fact-city")
    assert card.evaluate("window.isSamePage")
    assert (stored(client_of_ann).city, stored(client_of_ann).version) == ("Lviv", 2)


def test_the_head_of_the_card_says_what_was_saved(card: "Page", client_of_ann: Client) -> None:
    open_by_key(card, "name")
    card.keyboard.type("Psel")
    card.keyboard.press("Enter")
    card.wait_for_selector("h1:text-is('Psel')")
    assert "Psel" in card.title()
    assert "Psel" in card.inner_text("#crumbs")
    open_by_key(card, "status")
    card.select_option("#fact-status select", "active")
    card.keyboard.press("Enter")
    card.wait_for_selector("#fact-status .ui-badge:text-is('Active')")
    assert (stored(client_of_ann).name, stored(client_of_ann).status) == ("Psel", "active")


def test_saving_one_of_two_open_fields_leaves_the_other_as_it_was_typed(card: "Page", client_of_ann: Client) -> None:
    open_by_key(card, "industry")
    card.keyboard.type("Shipyards")
    open_by_key(card, "city")
    card.keyboard.type("Lviv")
    card.keyboard.press("Enter")
    card.wait_for_selector("#fact-city .ui-pencil")
    assert card.input_value("#fact-industry input[name=industry]") == "Shipyards"
    card.press("#fact-industry input[name=industry]", "Enter")
    card.wait_for_selector("#fact-industry .ui-pencil")
    assert (stored(client_of_ann).city, stored(client_of_ann).industry) == ("Lviv", "Shipyards")


def test_a_conflict_and_a_refusal_are_told_in_place(card: "Page", cast: Cast, client_of_ann: Client) -> None:
    open_by_key(card, "city")
    theirs = stored(client_of_ann)
    theirs.city = "Odesa"
    save_client(theirs, actor=cast.bob)
    card.keyboard.type("Lviv")
    card.keyboard.press("Enter")
    card.wait_for_selector("#fact-city .ui-inline-conflict:has-text('Odesa')")
    assert stored(client_of_ann).city == "Odesa"
    card.press("#fact-city input[name=city]", "Enter")
    card.wait_for_selector("#fact-city .ui-pencil")
    assert stored(client_of_ann).city == "Lviv"
    open_by_key(card, "name")
    card.keyboard.press("Delete")
    card.keyboard.press("Enter")
    card.wait_for_selector("#fact-name .ui-error:has-text('required')")
    assert stored(client_of_ann).name == "Vorskla"


def test_a_session_that_ended_leads_to_the_sign_in(card: "Page") -> None:
    open_by_key(card, "city")
    card.context.clear_cookies()
    card.once("dialog", lambda dialog: dialog.accept())
    card.click("#fact-city [data-inline-cancel]")
    card.wait_for_url("**/account/login/**")
