"""What only scripts do, in a real Chromium; and what must work without them."""

import base64
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from crm.ui.tests.pages import submits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("crm.ui.tests.pages")]


@pytest.fixture
def signed_in(page: "Page", live_server: "LiveServer", client: Client, ann: Any) -> "Page":
    client.force_login(ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    submits.clear()
    return page


def test_an_impatient_second_click_sends_nothing(signed_in: "Page") -> None:
    signed_in.goto("/form/")
    signed_in.fill("[name=name]", "Olena")
    # An answer without content leaves the browser where it is, so that the second click falls upon the same page.
    signed_in.locator("form[data-guard]").evaluate("form => { form.action = '/quiet/'; }")
    sent: list[str] = []
    signed_in.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    save = signed_in.locator("[data-save]")
    save.click()
    assert save.is_disabled()
    signed_in.locator("[name=name]").press("Enter")
    signed_in.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_rows_are_added_and_removed(signed_in: "Page") -> None:
    signed_in.goto("/form/")
    signed_in.click("text=Add a phone")
    signed_in.fill("[name=phones-1-number]", "044")
    signed_in.locator("[data-formset-row]").first.locator(".ui-formset-remove").click()
    assert signed_in.locator("[data-formset-row]:visible").count() == 1
    signed_in.fill("[name=name]", "Olena")
    signed_in.click("[data-save]")
    signed_in.wait_for_load_state("networkidle")
    assert submits[0]["phones-TOTAL_FORMS"] == "2"
    assert submits[0]["phones-0-DELETE"] == "on"
    assert submits[0]["phones-1-number"] == "044"


def test_a_destructive_act_asks_and_no_means_no(signed_in: "Page") -> None:
    signed_in.goto("/form/")
    signed_in.click("text=Delete")
    assert signed_in.inner_text("#confirm-text") == "Really?"
    signed_in.click("dialog#confirm >> text=Cancel")
    assert submits == []
    signed_in.click("text=Delete")
    signed_in.click("dialog#confirm >> text=Delete it")
    signed_in.wait_for_url("**/delete/")
    assert submits == [{"deleted": "yes"}]


def test_leaving_unsaved_edits_asks_and_saving_does_not(signed_in: "Page") -> None:
    questions: list[str] = []
    signed_in.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    signed_in.goto("/form/")
    signed_in.fill("[name=name]", "Olena")
    signed_in.click("[data-save]")
    signed_in.wait_for_load_state("networkidle")
    assert questions == []
    signed_in.fill("[name=name]", "Oksana")
    signed_in.goto("/")
    assert questions == ["beforeunload"]


def test_the_keyboard_opens_its_own_list_and_escape_closes_it(signed_in: "Page") -> None:
    signed_in.goto("/")
    signed_in.keyboard.press("?")
    assert signed_in.locator("dialog#keys").is_visible()
    signed_in.keyboard.press("Escape")
    assert not signed_in.locator("dialog#keys").is_visible()


def test_letters_typed_into_a_field_are_no_commands(signed_in: "Page") -> None:
    signed_in.goto("/form/")
    signed_in.focus("[name=name]")
    signed_in.keyboard.type("?ng")
    assert signed_in.input_value("[name=name]") == "?ng"
    assert not signed_in.locator("dialog#keys").is_visible()


def test_the_automatic_theme_follows_the_system(signed_in: "Page") -> None:
    signed_in.emulate_media(color_scheme="dark")
    signed_in.goto("/")
    assert signed_in.get_attribute("html", "data-bs-theme") == "dark"
    signed_in.emulate_media(color_scheme="light")
    signed_in.wait_for_selector("html[data-bs-theme=light]")


def test_on_a_phone_without_script_the_menus_open_and_nothing_sticks_out(
    chromium: "Browser", live_server: "LiveServer", client: Client, ann: Any
) -> None:
    client.force_login(ann)
    context = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/")
    assert not page.locator("#menu").is_visible()
    page.click(".ui-menu-button")
    page.locator("#menu").wait_for(state="visible")
    page.click(".ui-sidebar-close")
    page.wait_for_selector("#menu", state="hidden")
    page.click(".ui-user")
    page.click("button[value=dark]")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    for path in ("/", "/form/", "/account/password/change/"):
        page.goto(path)
        assert page.locator("html").evaluate("root => root.scrollWidth") <= 360
    context.close()


def test_a_chosen_picture_is_shown_before_it_is_sent(signed_in: "Page") -> None:
    pixel = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
    signed_in.goto("/form/")
    signed_in.set_input_files("[name=photo]", {"name": "me.gif", "mimeType": "image/gif", "buffer": pixel})
    signed_in.wait_for_selector("[data-picture] img[src^='data:image/gif']")
