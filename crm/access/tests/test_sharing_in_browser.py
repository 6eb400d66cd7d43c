"""Sharing from the card, in a real browser under the strict policy."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.querysets import allowed_actions
from crm.access.rights import Action
from teams.models import User
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_client_is_shared_changed_and_taken_back_without_leaving_its_card(
    page: "Page", live_server: "LiveServer"
) -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme")

    def actions() -> frozenset[Action]:
        return allowed_actions(Client.objects.get(pk=acme.pk), User.objects.get(pk=cast.cy.pk))

    browser = Browser()
    browser.force_login(cast.ann)
    cookie = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(acme.get_absolute_url())
    page.get_by_role("link", name="Share").click()
    page.locator("#sharing[open] .ts-control").click()
    page.keyboard.type("cy")
    page.locator(f"#sharing .ts-dropdown .option[data-value=user-{cast.cy.pk}]").click()
    page.locator("#sharing .ui-sharing-form").first.get_by_role("button").click()
    page.get_by_text("Shared.").wait_for()
    assert actions() == {Action.VIEW}
    # What is edited on the card next goes on from the version that the share made.
    stored = str(Client.objects.get(pk=acme.pk).version)
    assert page.locator("#record-version").get_attribute("value") == stored
    page.locator("#sharing .ui-sharing-change summary").click()
    page.locator("#sharing .ui-sharing-change select").select_option("change")
    page.locator("#sharing .ui-sharing-change button").click()
    page.locator("#sharing .ui-sharing-list").get_by_text("Change · by ann").wait_for()
    assert actions() == {Action.VIEW, Action.CHANGE}
    page.get_by_role("button", name="Withdraw the share with cy").click()
    page.get_by_text("The share is withdrawn.").wait_for()
    assert actions() == frozenset()
    page.keyboard.press("Escape")
    assert not page.locator("#sharing").is_visible()
