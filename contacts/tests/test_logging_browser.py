"""Logging a call from a client's page in a real browser: the words, and five keys or clicks at most."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.tests.factories import make_client
from contacts.models import Interaction
from contacts.tests.factories import make_contact
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Hands:
    """What somebody does beyond the words, counted."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.acts = 0

    def press(self, key: str) -> None:
        self.acts += 1
        self.page.keyboard.press(key)

    def click(self, selector: str) -> None:
        self.acts += 1
        self.page.click(selector)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)


def test_a_call_is_logged_from_the_page_of_a_client(page: "Page", live_server: "LiveServer") -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme")
    kovalenko = make_contact(cast.ann, at=acme)
    browser = Browser()
    browser.force_login(cast.ann)
    page.context.add_cookies(
        [{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(acme.get_absolute_url())
    page.wait_for_selector("#timeline-list")
    hands = Hands(page)
    hands.press("l")
    hands.type("Wants a quote by Friday")
    hands.press("Control+Enter")
    page.wait_for_selector("#timeline-list .ui-event-text:has-text('Wants a quote by Friday')")
    assert hands.acts <= 5
    said = Interaction.objects.get()
    # The rest was guessed: a call, by ann, now, to the only person there.
    assert (said.kind, said.direction, said.author) == ("call", "out", cast.ann)
    assert [row.contact for row in said.participants.all()] == [kovalenko]
    assert page.input_value("#id_text") == ""
    log_a_meeting_of_yesterday(page)
    tell_what_is_wrong_in_its_place(page)


def log_a_meeting_of_yesterday(page: "Page") -> None:
    """By the mouse, with a moment in words: still five acts."""
    hands = Hands(page)
    hands.click("label.ui-log-kind:has-text('Meeting')")
    hands.click("#id_text")
    hands.type("Зустрілися в офісі")
    hands.click("#id_when")
    hands.type("вчора о 15:00")
    hands.click("#log button[data-send]")
    page.wait_for_selector("#timeline-list .ui-event-text:has-text('Зустрілися в офісі')")
    assert hands.acts <= 5
    said = Interaction.objects.get(kind="meeting")
    assert said.at < said.created_at


def tell_what_is_wrong_in_its_place(page: "Page") -> None:
    """Nothing of what was typed is lost."""
    page.fill("#id_text", "Third")
    page.fill("#id_when", "some day")
    page.click("#log button[data-send]")
    page.wait_for_selector("#log .is-when .invalid-feedback")
    assert page.input_value("#id_text") == "Third"
    assert Interaction.objects.count() == 2
