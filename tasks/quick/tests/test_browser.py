"""A task in one line in a real Chromium: what is understood shows as one types, and Enter saves."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import expect

from contacts.tests.factories import make_contact
from tasks.models import Task
from tasks.services import install_ready_board
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_line_shows_what_it_means_and_enter_saves_it(
    page: "Page", live_server: "LiveServer", client: Browser
) -> None:
    install_ready_board()
    cast = make_cast()
    make_contact(cast.ann, first_name="Irina", last_name="Petrova")
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(live_server.url + reverse("tasks:quick"))
    line, read = page.locator("#quick-line"), page.locator("#quick-read")
    line.press_sequentially("call Irina tomorrow @nobody")
    expect(read).to_contain_text("nobody who is called")
    person = read.locator("[name=contact]")
    expect(person).to_be_checked()
    person.uncheck()
    line.press("Enter")
    expect(line).to_have_attribute("aria-invalid", "true")
    assert line.input_value() == "call Irina tomorrow @nobody"
    expect(person).not_to_be_checked()
    line.fill("call Irina tomorrow !high")
    line.press("End")
    line.press_sequentially(" #vip")
    expect(read).to_contain_text("vip")
    # Taken out once, he stays out while one goes on typing.
    expect(person).not_to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    line.press("Enter")
    page.wait_for_url(f"**{reverse('tasks:day')}")
    task = Task.objects.get()
    assert (task.name, task.contact, task.tags) == ("call Irina", None, ["vip"])
    assert task.due_on is not None
