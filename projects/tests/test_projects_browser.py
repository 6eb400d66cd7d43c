"""A deal becomes a project in a real Chromium, and its page is sound on a small phone."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.tests.factories import make_client
from projects.models import Project
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_full_project
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


def test_a_bar_is_dragged_a_milestone_goes_by_a_key_and_a_card_is_dropped(page: "Page", cast: Cast) -> None:
    project = make_full_project(cast.ann, "Dock", client=None)
    start, due = project.planned_start, project.milestones.order_by("due").last().due
    page.goto(f"{reverse('projects:overview')}?zoom=weeks")
    bar = page.locator("[data-drag=plan]")
    box, days = bar.bounding_box(), 91
    track = page.locator(".gt-track").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 5
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + track["width"] * 7 / days, y, steps=4)
    page.mouse.up()
    page.wait_for_selector(".alert:has-text('is moved')")
    project.refresh_from_db()
    assert project.planned_start == start + timedelta(days=7)
    page.locator("[data-drag=milestone]").last.focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    assert project.milestones.order_by("due").last().due == due + timedelta(days=7)
    page.goto(reverse("projects:milestones"))
    with page.expect_navigation():
        page.locator("[data-card]").first.drag_to(page.locator("[data-state=reached]"))
    assert project.milestones.filter(state="reached").count() == 1
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for url in (reverse("projects:overview"), reverse("projects:milestones")):
            page.goto(url)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)


def test_a_won_deal_leads_to_its_project(page: "Page", cast: Cast) -> None:
    acme = make_client(cast.ann, "Vorskla Shipyard")
    deal = make_deal(cast.ann, "Portal for the shipyard", client=acme, amount=125000)
    make_full_project(cast.ann, "Dock", client=acme)
    page.goto(deal.get_absolute_url())
    page.click(".dl-ends a.dl-won")
    page.check("input[name=choice][value=existing]")
    assert not page.is_visible("input[name=name]")
    page.check("input[name=choice][value=new]")
    page.fill("input[name=name]", "Portal works")
    page.click("button[data-save]")
    page.wait_for_selector("h1:has-text('Portal works')")
    project = Project.objects.get(name="Portal works")
    assert (project.made_of, project.client) == (deal, acme)
    page.click(".dl-steps button:has-text('Running')")
    page.wait_for_selector(".dl-step.is-current:has-text('Running')")
    addresses = [project.get_absolute_url(), reverse("projects:list"), project.url("edit"), acme.get_absolute_url()]
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for url in addresses:
            page.goto(url)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)
