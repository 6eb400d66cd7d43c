"""The week, the timer and the workload in a real Chromium: keys, cells that save themselves, work that is dragged."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from tasks.models import TimeEntry, Timer
from tasks.tests.factories import make_task
from tasks.time.week import monday_of
from teams.tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(page: "Page", live_server: "LiveServer", client: Browser) -> Cast:
    cast = make_cast()
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return cast


def test_hours_are_typed_by_keys_and_saved_cell_by_cell(page: "Page", cast: Cast) -> None:
    one, two = make_task(cast.ann, "Dock"), make_task(cast.ann, "Mast")
    page.goto(f"{reverse('time:list')}?add=task:{one.pk}&add=task:{two.pk}")
    cells = page.locator("[data-cell]")
    cells.nth(0).click()
    page.keyboard.type("1,5")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == cells.nth(7).get_attribute("name")
    page.wait_for_selector("#week-sum:text-is('1:30')")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("later")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".tm-fault")
    assert TimeEntry.objects.get().minutes == 90
    page.wait_for_selector("#week-acts button:has-text('Submit 1:30')")
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_timer_runs_in_the_bar_of_every_page(page: "Page", cast: Cast) -> None:
    task = make_task(cast.ann, "Dock")
    Timer.objects.create(user=cast.ann, task=task, started_at=timezone.now() - timedelta(minutes=61))
    page.goto(reverse("clients:list"))
    page.wait_for_selector(".tm-clock:text-is('1:01')")
    with page.expect_navigation():
        page.click("#timer-bar button")
    assert page.url.endswith(reverse("clients:list"))
    assert TimeEntry.objects.get().minutes == 61
    page.wait_for_selector("#timer-bar a[href$='/timer/']:not(.tm-running)")


def test_work_is_dragged_to_a_colleague_and_sent_back_by_a_form(page: "Page", cast: Cast) -> None:
    monday = monday_of(timezone.localdate()) + timedelta(days=7)
    task = make_task(cast.ann, "Dock", estimate=4, due=monday + timedelta(days=1))
    page.goto(reverse("workload:page"))
    page.click(f"[data-drop][data-person='{cast.ann.pk}'][data-week='{monday}']")
    later = monday + timedelta(days=14)
    with page.expect_navigation():
        page.locator("[data-task]").drag_to(
            page.locator(f"[data-drop][data-person='{cast.bob.pk}'][data-week='{later}']")
        )
    page.wait_for_selector(".alert:has-text('is moved')")
    task.refresh_from_db()
    assert (task.owner, task.due_on) == (cast.bob, later + timedelta(days=4))
    page.goto(f"{reverse('workload:page')}?person={cast.bob.pk}&week={monday}")
    page.click(".wl-move summary")
    page.select_option(".wl-move [name=person]", str(cast.ann.pk))
    with page.expect_navigation():
        page.click(".wl-move button")
    task.refresh_from_db()
    assert task.owner == cast.ann
