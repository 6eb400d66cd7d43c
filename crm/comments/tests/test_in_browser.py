"""Comments in a real browser under the strict policy, by the keyboard."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.tests.factories import make_client
from crm.comments.models import Comment, Reaction, ReadMark
from crm.comments.tests.cast import comment_of, make_commenting_cast

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def name_by_keyboard(page: "Page", text: "Locator") -> None:
    """Whom one may not name is not offered; who is offered is chosen by the arrows."""
    text.focus()
    page.keyboard.type("Hello @c")
    page.wait_for_timeout(400)
    assert page.locator("#mention-list").count() == 0
    page.keyboard.press("Backspace")
    page.locator("#mention-list [role=option]").nth(2).wait_for()
    assert text.get_attribute("aria-activedescendant") == "mention-0"
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    assert text.get_attribute("aria-activedescendant") == "mention-1"
    page.keyboard.press("Escape")
    assert page.locator("#mention-list").count() == 0
    assert text.evaluate("text => text === document.activeElement")
    page.keyboard.type("fi")
    page.locator("#mention-list [role=option]").wait_for()
    page.keyboard.press("Enter")
    assert text.input_value() == "Hello @fin "


def send_after_a_refusal(page: "Page", text: "Locator") -> None:
    """A refusal keeps the text and the focus."""
    page.keyboard.type("and @cy")
    page.keyboard.press("Control+Enter")
    page.locator("#box-new .errorlist:has-text('cy may not see this record')").wait_for()
    assert text.input_value() == "Hello @fin and @cy"
    for _ in "and @cy":
        page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    page.locator("#comment-threads .cm-mention:text-is('@fin')").wait_for()
    assert text.input_value() == ""
    assert text.evaluate("text => text === document.activeElement")
    assert page.locator("#comment-count").inner_text() == "2"


def react_and_edit(page: "Page", said: "Locator") -> None:
    """Who reacted is named; Escape leaves an edit as it was, Ctrl+Enter saves it."""
    said.hover()
    said.locator(".cm-picker summary").click()
    said.locator("button[value=done]").click()
    said.locator(".cm-sign[aria-pressed=true][aria-label='Done: bob']").wait_for()
    for typed, key in ((" again", "Escape"), (" once more", "Control+Enter")):
        said.hover()
        said.get_by_label("Edit the comment").click()
        page.locator(".cm-comment.is-editing textarea:focus").wait_for()
        page.keyboard.type(typed)
        page.keyboard.press(key)
        page.locator(".cm-comment.is-editing").wait_for(state="detached")
    said.locator(".cm-text:has-text('Hello @fin once more')").wait_for()
    assert said.get_by_text("edited").is_visible()


def reply_to(page: "Page", thread: "Locator") -> None:
    thread.locator("summary:has-text('Reply')").click()
    thread.locator("textarea:focus").wait_for()
    page.keyboard.type("I do.")
    page.keyboard.press("Control+Enter")
    thread.locator(".cm-replies .cm-text:has-text('I do.')").wait_for()
    assert not thread.locator("textarea").is_visible()


def delete_and_take_back(page: "Page", said: "Locator") -> None:
    said.hover()
    said.get_by_label("Delete the comment").click()
    page.locator("#confirm [data-confirm-ok]").click()
    page.locator(".cm-gone button").click()
    said.locator(".cm-text:has-text('once more')").wait_for()


def test_a_conversation_by_the_keyboard_without_leaving_the_card(page: "Page", live_server: "LiveServer") -> None:
    cast = make_commenting_cast()
    acme = make_client(cast.ann, "Acme")
    comment_of(cast.ann, acme, "Who knows their director?")
    browser = Browser()
    browser.force_login(cast.bob)
    cookie = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    with page.expect_response("**/read/"):
        page.goto(acme.get_absolute_url())
    page.evaluate("window.isSamePage = true")
    page.locator("#comments .is-new").wait_for()
    text, threads = page.locator("#text-new"), page.locator("#comment-threads > li")
    name_by_keyboard(page, text)
    send_after_a_refusal(page, text)
    said = threads.first.locator(".cm-comment").first
    react_and_edit(page, said)
    reply_to(page, threads.nth(1))
    delete_and_take_back(page, said)
    assert page.evaluate("window.isSamePage")
    stored = Comment.objects.get(author=cast.bob, parent=None)
    assert (stored.body, stored.version, stored.is_deleted) == ("Hello @fin once more", 4, False)
    assert Comment.objects.get(parent__isnull=False).body == "I do."
    assert Reaction.objects.get().emoji == "done"
    assert ReadMark.objects.get().user == cast.bob
