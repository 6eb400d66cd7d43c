"""A role from its making to its first day, in a real browser: made by the director, handed over by an invitation."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from clients.tests.factories import make_client
from crm.access.registry import record_models
from crm.access.rights import Action, Scope
from teams.models import Role, Team, User
from teams.selectors.roles import grants_of, rules_of
from teams.services import install_ready_roles
from teams.tests.factories import UserFactory, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: "Page", live_server: "LiveServer", user: User) -> None:
    browser = Browser()
    browser.force_login(user)
    cookie = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])


def make_scout(page: "Page") -> Role:
    page.goto("/roles/new/")
    page.get_by_role("link", name="Begin with a blank one").click()
    page.locator("#id_name").fill("Scout")
    page.locator("#id_rank").fill("20")
    page.get_by_label("Set all of “View”").select_option("2")
    page.get_by_label("Clients: Change").select_option("1")
    page.locator("summary", has_text="Clients").click()
    page.get_by_label("Clients: Tax id").select_option("hidden")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("“Scout” is saved.").wait_for()
    return Role.objects.get(name="Scout")


def invite(page: "Page", role: Role, team: Team) -> str:
    """The address in the link that the inviter is shown."""
    page.goto("/invitations/new/")
    page.locator("#id_email").fill("eva@heron.example")
    page.locator("#id_role").select_option(str(role.pk))
    page.locator("#id_team").select_option(str(team.pk))
    page.locator("main button[type=submit]").click()
    link = page.locator("#invitation-link").input_value()
    return link[link.index("/invitations/") :]


def accept(page: "Page", address: str) -> None:
    page.goto(address)
    page.locator("#id_username").fill("eva")
    page.locator("#id_first_name").fill("Eva")
    page.locator("#id_last_name").fill("Heron")
    for field in ("#id_password1", "#id_password2"):
        page.locator(field).fill("a long enough secret")
    page.locator("main button[type=submit]").click()
    page.locator(".ui-sidebar").wait_for()


def test_a_role_made_in_the_browser_reaches_a_new_person_by_invitation(page: "Page", live_server: "LiveServer") -> None:
    cast = make_cast()
    director = UserFactory(username="director", role=install_ready_roles()["Director"])
    near, far = make_client(cast.ann, "Vorskla", tax_id="1239876"), make_client(cast.cy, "Kestrel")
    sign_in(page, live_server, director)
    scout = make_scout(page)
    seen = {(label, Action.VIEW): Scope.TEAM for label in (model._meta.label_lower for model in record_models())}
    assert grants_of(scout) == {**seen, ("clients.client", Action.CHANGE): Scope.OWN}
    assert rules_of(scout) == {("clients.client", "tax_id"): "hidden"}
    address = invite(page, scout, Team.objects.get(name="North"))
    page.context.clear_cookies()
    accept(page, address)
    assert User.objects.get(username="eva").role == scout

    page.goto(near.get_absolute_url())
    assert "Vorskla" in page.locator("h1").inner_text()
    assert "1239876" not in page.content()
    addresses = {far.get_absolute_url(): 404, near.url("edit"): 403, "/clients/new/": 403, "/clients/": 200}
    assert {url: page.request.get(url).status for url in addresses} == addresses
    assert "Kestrel" not in page.request.get("/clients/").text()
