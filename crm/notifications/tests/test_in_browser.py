"""The bell in a real browser: told while the page is open, dropped down, read by the keyboard."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.tests.factories import make_client
from crm.notifications.selectors import badge_of
from crm.notifications.tests.telling import tell
from teams.models import User
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: "Page", live_server: "LiveServer", user: User) -> None:
    browser = Browser()
    browser.force_login(user)
    cookie = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])


def wait_for_count(page: "Page", count: int) -> None:
    page.locator(f"#bell-count[data-count='{count}']").wait_for(state="attached")


def test_the_bell_tells_while_the_page_is_open_and_is_read_by_the_keyboard(
    page: "Page", live_server: "LiveServer"
) -> None:
    cast = make_cast()
    acme, other = make_client(cast.ann, "Vorskla"), make_client(cast.ann, "Kestrel")
    tell(acme, cast.bob, actor=cast.ann)
    sign_in(page, live_server, cast.bob)
    page.goto("/clients/")
    bell = page.locator("[data-bell-button]")
    wait_for_count(page, 1)

    tell(other, cast.bob, actor=cast.fin)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_for_count(page, 2)
    page.locator("#live", has_text="2 unread notifications").wait_for(state="attached")

    bell.focus()
    page.keyboard.press("Enter")
    assert bell.get_attribute("aria-expanded") == "true"
    lines = page.locator("#bell-list .nt-line")
    lines.nth(1).wait_for()
    assert page.locator("#bell-list .nt-sentence").all_inner_texts() == ["fin noted Kestrel", "ann noted Vorskla"]
    lines.nth(0).locator(".nt-mark button").click()
    wait_for_count(page, 1)
    assert lines.nth(0).get_by_role("button").inner_text().startswith("Mark as unread")
    assert page.evaluate("document.activeElement.closest('.nt-mark') !== null")
    page.keyboard.press("Escape")
    assert not page.locator("#bell-list").is_visible()
    page.keyboard.press("Enter")
    lines.nth(1).locator("a").click()
    page.wait_for_url(f"**{acme.get_absolute_url()}")
    wait_for_count(page, 0)
    assert not page.locator("#bell-count").is_visible()
    assert badge_of(cast.bob).count == 0


def test_a_hidden_page_does_not_ask_and_a_signed_out_one_stops(page: "Page", live_server: "LiveServer") -> None:
    cast = make_cast()
    sign_in(page, live_server, cast.bob)
    page.goto("/clients/")
    wait_for_count(page, 0)
    asked: list[str] = []
    page.on("request", lambda request: "/bell/" in request.url and asked.append(request.url))
    ask = "htmx.trigger(document.getElementById('bell-count'), 'bellWoken')"
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    page.evaluate(ask)
    page.wait_for_timeout(300)
    assert asked == []
    page.evaluate("delete document.hidden")
    page.evaluate(ask)
    page.wait_for_timeout(300)
    assert len(asked) == 1
    page.context.clear_cookies()
    page.evaluate(ask)
    page.locator("#bell-count").wait_for(state="detached")
    assert "Sign in" not in page.locator("header").inner_text()


def test_nothing_sticks_out_of_a_narrow_screen(page: "Page", live_server: "LiveServer") -> None:
    cast = make_cast()
    tell(make_client(cast.ann, "Vorskla" * 20), cast.bob, actor=cast.ann, data={"excerpt": "x" * 200})
    sign_in(page, live_server, cast.bob)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/notifications/", "/notifications/settings/"):
        page.goto(path)
        wait_for_count(page, 1)
        page.locator("[data-bell-button]").click()
        page.locator("#bell-list .nt-line").wait_for()
        assert page.locator("html").evaluate("root => root.scrollWidth") <= 360
        box = page.locator("#bell-list").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
