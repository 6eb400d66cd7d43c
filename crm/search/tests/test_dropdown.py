"""The live results under the search box, in a real browser."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.tests.factories import make_client
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_results_come_while_typing_and_are_reached_by_arrows(page: "Page", live_server: "LiveServer") -> None:
    cast = make_cast()
    client = make_client(cast.ann, "Acme trading")
    browser = Browser()
    browser.force_login(cast.ann)
    cookie = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(reverse("clients:list"))
    page.keyboard.press("/")
    page.keyboard.type("acme")
    hit = page.locator("#search-results a", has_text="Acme trading")
    hit.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.locator("#search-results a").count() == 0
    page.keyboard.type(" tr")
    hit.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{client.get_absolute_url()}")
