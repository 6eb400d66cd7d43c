"""Tasks in a real Chromium: a card dragged on the board, an event dragged and moved by keys on the calendar."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from tasks.models import Task, TaskNature, TaskStatus
from tasks.services import finish_task
from tasks.tests.factories import make_task
from teams.tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(page: "Page", live_server: "LiveServer", client: Browser, cast: Cast) -> "Page":
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def stored(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_cards_are_dragged_and_moved_by_keys_and_a_call_asks_what_came_of_it(signed_in: "Page", cast: Cast) -> None:
    task = make_task(cast.ann, "Write the minutes")
    call = make_task(cast.ann, "Call Irina", nature=TaskNature.CALL)

    def column(name: str) -> str:
        return f".bd-column:has(#status-{TaskStatus.objects.get(name=name).pk})"

    signed_in.goto(reverse("tasks:board"))
    signed_in.drag_and_drop(f".bd-card:has-text('{task.name}')", f"{column('Doing')} .bd-cards")
    signed_in.wait_for_selector("#board-note :text('is in “Doing” now')")
    assert stored(task).state == "doing"
    signed_in.click("#board-note :text('Undo')")
    signed_in.wait_for_selector(f"{column('To do')} .bd-card:has-text('{task.name}')")
    # The focus is on the card that has come back.
    signed_in.keyboard.press("m")
    signed_in.click("#board-choose button:has-text('Done')")
    signed_in.wait_for_selector(f"{column('Done')} .bd-card:has-text('{task.name}')")
    assert stored(task).state == "done"
    signed_in.drag_and_drop(f".bd-card:has-text('{call.name}')", f"{column('Done')} .bd-cards")
    signed_in.wait_for_selector("textarea[name=text]")
    signed_in.click(".ui-confirm button[type=submit]")
    signed_in.wait_for_selector(f"{column('Done')} .bd-card:has-text('{call.name}')")
    assert stored(call).state == "done"


def test_events_are_dragged_moved_by_keys_put_back_and_stay_when_it_is_too_late(signed_in: "Page", cast: Cast) -> None:
    problems: list[str] = []
    signed_in.on(
        "console", lambda message: problems.append(message.text) if "Content Security" in message.text else None
    )
    middle = timezone.localdate().replace(day=15)
    task = make_task(cast.ann, "Write the minutes", due=middle)

    def day(there: date) -> str:
        return f".cl-live [data-date='{there}']"

    event = ".cl-live a:has-text('Write the minutes')"
    signed_in.goto(reverse("tasks:calendar"))
    signed_in.drag_and_drop(event, day(middle - timedelta(days=7)))
    signed_in.wait_for_selector("#calendar-note :text('is due on')")
    assert stored(task).due_on == middle - timedelta(days=7)
    signed_in.click("#calendar-note :text('Undo')")
    signed_in.wait_for_selector("#calendar-note [data-undo]", state="hidden")
    assert stored(task).due_on == middle
    signed_in.wait_for_load_state("networkidle")
    signed_in.focus(event)
    signed_in.keyboard.press("m")
    signed_in.fill("#calendar-day", f"{middle + timedelta(days=1)}")
    signed_in.fill("#calendar-time", "10:30")
    signed_in.click("#calendar-move button[value=ok]")
    signed_in.wait_for_selector(f"{event}:has-text('10:30')")
    assert stored(task).due_on == middle + timedelta(days=1)
    finish_task(stored(task), actor=cast.ann)
    signed_in.drag_and_drop(event, day(middle - timedelta(days=7)))
    signed_in.wait_for_selector("#calendar-note :text('at the same moment')")
    assert stored(task).due_on == middle + timedelta(days=1)
    signed_in.click("button:has-text('Agenda')")
    signed_in.wait_for_selector(".cl-move")
    signed_in.click("button:has-text('Week')")
    signed_in.wait_for_load_state("networkidle")
    assert problems == []
