"""Axe over every kind of page: nothing of serious or critical impact, in the light and in the dark.

A new kind of page is a line in LOOKS.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth import get_user_model
from django.test import Client as Browser
from django.urls import reverse

from crm.tests.routes import Route, all_routes
from crm.tests.world import World, make_world

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

REFUSED = {"serious", "critical"}
# Of the rules only this one looks at colours.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
ALL_RULES = {"resultTypes": ["violations"]}
# A spinner goes on for ever; a transition is waited for.
TRANSITIONS_END = """() => Promise.all(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => null))).then(() => null)"""


@dataclass(frozen=True)
class Look:
    """A page as somebody sees it. `opens` are selectors that are clicked first, `query` follows the address."""

    name: str
    reader: str = "ann"
    query: str = ""
    opens: tuple[str, ...] = ()


LOOKS = (
    Look("account_login", reader=""),
    Look("account_reset_password", reader=""),
    Look("home", opens=(".ui-user", "[data-open-dialog=keys]")),
    Look("clients:list", opens=(".ls-more",)),
    Look("clients:list", query="?q=nothing-is-called-so"),
    Look("clients:detail", opens=tuple(f"#fact-{name} .ui-pencil" for name in ("name", "city", "tags", "description"))),
    Look("clients:edit"),
    Look("clients:delete"),
    Look("clients:history"),
    Look("clients:restore_version"),
    Look("clients:bin"),
    Look("contacts:list"),
    Look("contacts:detail", opens=("#fact-birthday .ui-pencil", "#fact-owner .ui-pencil")),
    Look("contacts:edit"),
    Look("contacts:change_employer"),
    Look("tasks:day"),
    Look("tasks:list", query="?given=on"),
    Look("tasks:board", opens=(".bd-move",)),
    Look("tasks:calendar"),
    Look("tasks:reschedule"),
    Look("tasks:detail"),
    Look("tasks:edit"),
    Look("tasks:done"),
    Look("tasks:quick", query="?q=call+Irina+tomorrow+15:00+!high+%23vip+%40nobody"),
    Look("deals:list", opens=(".ls-more",)),
    Look("deals:board", opens=(".bd-move",)),
    Look("deals:calendar"),
    Look("deals:forecast", query="?by=owner"),
    Look("deals:detail", opens=("#fact-amount .ui-pencil", "#fact-client .ui-pencil")),
    Look("deals:edit"),
    Look("deals:lose"),
    Look("deals:split"),
    Look("products:detail"),
    Look("prices:edit"),
    Look("company:rates", reader="dana"),
    Look("deals:win"),
    Look("projects:list", opens=(".ls-more",)),
    Look("projects:detail", opens=("#fact-planned_end .ui-pencil",)),
    Look("projects:edit"),
    Look("projects:part"),
    Look("projects:overview", opens=(".gt-move summary",)),
    Look("projects:milestones"),
    Look("reminders:list"),
    Look("reminders:of_record"),
    Look("calendars:links"),
    Look("calendars:upload"),
    Look("calendars:invite"),
    Look("time:list"),
    Look("time:timer"),
    Look("time:approve"),
    Look("time:report", query="?then=project"),
    Look("time:lock", reader="dana"),
    Look("workload:page", opens=(".wl-load",)),
    Look("imports:new"),
    Look("imports:columns"),
    Look("imports:detail"),
    Look("search", query="?q=Vorskla"),
    Look("clients:picture"),
    Look("clients:detail", opens=("[data-opens-dialog=sharing]",)),
    Look("teams:list"),
    Look("teams:detail"),
    Look("teams:edit", reader="dana"),
    Look("teams:members", reader="dana"),
    Look("company:edit", reader="dana"),
    Look("skills:list", reader="dana"),
    Look("people:list"),
    Look("people:detail"),
    Look("people:edit"),
    Look("people:hours"),
    Look("people:absences"),
    Look("mfa_index"),
    Look("roles:list", reader="dana"),
    Look("roles:detail", reader="dana"),
    Look("roles:edit", reader="dana"),
    Look("invitations:list", reader="dana"),
    Look("invitations:new", reader="dana"),
    Look("404"),
)


def address(world: World, look: Look, routes: dict[str, Route]) -> str:
    if look.name == "404":
        return "/there-is-no-such-page/"
    route = routes[look.name]
    return (world.url(route) if route.parameters else reverse(route.name)) + look.query


def show(page: "Page", look: Look, url: str) -> None:
    page.goto(url)
    for selector in look.opens:
        page.click(selector)
        if "ui-pencil" in selector:
            page.wait_for_selector(f"{selector.split()[0]} form")


def faults(page: "Page", look: Look, options: dict[str, Any], *, within: str = "html") -> list[str]:
    """What axe refuses; its script is run once a page, which is a good part of the time."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    ask = "async ([within, options]) => (await axe.run(within, options)).violations"
    found = page.evaluate(ask, [within, options])
    return [
        f"{look.name} {look.query} {look.opens or ''}: {rule['id']} ({rule['impact']}): {node['html'][:200]}"
        for rule in found
        if rule["impact"] in REFUSED
        for node in rule["nodes"][:3]
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_has_a_serious_finding(page: "Page", live_server: "LiveServer") -> None:
    world, routes = make_world(), {route.name: route for route in all_routes()}
    found: list[str] = []
    for reader in sorted({look.reader for look in LOOKS}):
        page.context.clear_cookies()
        if reader:
            browser = Browser()
            browser.force_login(get_user_model().objects.get(username=reader))
            session = browser.cookies["sessionid"].value
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        for look in (look for look in LOOKS if look.reader == reader):
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            show(page, look, address(world, look, routes))
            found += faults(page, look, ALL_RULES)
            # The theme follows the system, so that the dark one needs no other visit.
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            page.wait_for_selector("html[data-bs-theme=dark]")
            # Colours that are still on their way from the light have no contrast that anybody would see.
            page.evaluate(TRANSITIONS_END)
            # What stands around the pages is the same on all of them, and open on the first.
            within = "html" if look.name == "home" else "main"
            found += [f"dark: {fault}" for fault in faults(page, look, COLOURS, within=within)]
    assert not found, "\n".join(found)


@pytest.mark.browser
@pytest.mark.django_db
def test_axe_finds_what_is_wrong(page: "Page") -> None:
    page.set_content(
        "<html lang=en><title>t</title><main><h1>t</h1><input><p style='color:#ddd'>pale</p></main></html>"
    )
    found = "\n".join(faults(page, Look("none"), ALL_RULES))
    assert "label (critical)" in found
    assert "color-contrast (serious)" in found
