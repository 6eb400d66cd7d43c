"""A deal becomes a project in a real Chromium, and its page is sound on a small phone."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.tests.factories import make_client
from projects.models import Project
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_full_project
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_won_deal_leads_to_its_project(page: "Page", live_server: "LiveServer", client: Browser) -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Vorskla Shipyard")
    deal = make_deal(cast.ann, "Portal for the shipyard", client=acme, amount=125000)
    make_full_project(cast.ann, "Dock", client=acme)
    client.force_login(cast.ann)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
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
