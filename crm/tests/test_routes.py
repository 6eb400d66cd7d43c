"""Asks every named address of the product as a stranger, as an outsider, and as those who may."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.tests.routes import Route, all_routes
from crm.tests.world import CANARIES, World, make_world
from crm.ui.testing import assert_strict_html
from teams.models import User

BUDGETS: dict[str, int] = json.loads(Path(__file__).with_name("query_budgets.json").read_text())
HIGHEST_BUDGET = 15

# What a stranger gets instead of the way to the sign-in, and why it is public.
PUBLIC = {
    "account_login": 200,
    "account_inactive": 200,
    "account_signup": 200,  # says that sign-up is closed
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_reset_password_from_key": 200,  # an unknown key is told so
    "account_reset_password_from_key_done": 200,
    "account_logout": 302,
    "admin:logout": 302,
    "calendars:feed": 404,  # of an unknown link; a known one is as good as a sign-in
    "company:mark": 302,  # the sign-in page shows it
    "invitations:open": 302,  # leads on, whatever the link
    "invitations:accept": 404,  # without a link
}
# Addresses without a name: the admin's redirect of old addresses, and its answer to unknown ones.
UNNAMED = re.compile(r"^admin/(\w+/\w+/<path:object_id>/|\(\?P<url>\.\*\)\$)$")
# Pages of people and teams that every colleague may open: an outsider finds nothing of ann's records there.
OF_COLLEAGUES: set[str] = {
    "company:rate",
    "company:rate_delete",
    "people:absence_cancel",
    "people:absence_edit",
    "people:absences",
    "people:deactivate",
    "people:detail",
    "people:edit",
    "people:handover",
    "people:handover_done",
    "people:history",
    "people:hours",
    "people:memberships",
    "people:picture",
    "people:reactivate",
    "people:reset_second_factor",
    "people:skills",
    "roles:delete",
    "roles:detail",
    "roles:edit",
    "roles:history",
    "skills:detail",
    "skills:edit",
    "skills:merge",
    "teams:delete",
    "teams:detail",
    "teams:edit",
    "teams:history",
    "teams:leave",
    "teams:member",
    "teams:members",
}
# What ann gets where it is not a page: redirects, addresses that take POST only, questions without a subject.
DOCUMENTED = {
    "people:handover": 403,  # only those who manage the leaver
    "people:handover_done": 403,
    "preferences": 405,
    "account_login": 302,
    "account_signup": 302,
    "company:history": 403,  # ann manages no teams, and not the company
    "company:rate": 403,
    "company:rate_delete": 403,
    "company:rates": 403,
    "company:mark": 302,  # to the mark of the product while there is no logo
    "invitations:again": 405,
    "invitations:list": 403,  # ann invites nobody
    "invitations:new": 403,
    "invitations:open": 302,
    "invitations:withdraw": 405,
    "people:deactivate": 403,  # ann manages nobody
    "people:reactivate": 403,
    "people:memberships": 403,  # nobody manages himself
    "roles:delete": 403,  # ann has no rights on roles
    "roles:detail": 403,
    "roles:edit": 403,
    "roles:end_seeing": 405,
    "roles:history": 403,
    "roles:list": 403,
    "roles:new": 403,
    "roles:see_as": 405,
    "skills:edit": 403,
    "skills:merge": 403,
    "skills:new": 403,
    "teams:delete": 403,
    "teams:edit": 403,
    "teams:history": 403,
    "teams:leave": 403,
    "teams:member": 403,
    "teams:members": 403,
    "teams:new": 403,
    "account_end_session": 405,
    "account_end_other_sessions": 405,
    "mfa_activate_totp": 302,  # her sign-in was long ago: the password first
    "mfa_authenticate": 302,  # she is in
    "mfa_deactivate_totp": 404,  # without a second factor
    "mfa_download_recovery_codes": 404,
    "mfa_generate_recovery_codes": 302,
    "mfa_reauthenticate": 302,
    "mfa_view_recovery_codes": 404,
    "people:reset_second_factor": 403,
    "comments:comment": 302,  # to the comment on the page of its record
    "calendars:feed": 404,  # no link of hers
    "calendars:revoke": 405,
    "calendars:start": 405,
    "calendars:uninvite": 405,
    "comments:follow": 405,
    "comments:react": 405,
    "comments:read": 405,
    "comments:restore": 403,  # it is not deleted
    "interactions:restore": 302,  # to its page, which has the button
    "reminders:delete": 405,
    "reminders:snooze": 405,
    "notifications:open": 302,  # to what it tells of
    "notifications:read": 405,
    "notifications:read_all": 405,
    "notifications:unread": 405,
    "clients:field": 302,  # a control for htmx; others are led to the edit page
    "contacts:field": 302,
    "deals:field": 302,
    "clients:restore": 302,
    "contacts:restore": 302,
    "deals:restore": 302,
    "products:field": 302,
    "products:restore": 302,
    "prices:field": 302,
    "prices:restore": 302,
    "deals:duplicate": 405,
    "deals:line_price": 404,  # of no product
    "deals:move": 405,
    "deals:reopen": 302,  # it is open
    "deals:make_project": 403,  # it is not won
    "projects:field": 302,
    "projects:restore": 302,
    "projects:move": 405,
    "projects:shift": 405,
    "projects:milestone": 405,
    "tasks:calendar_events": 400,  # of no days
    "tasks:check": 405,
    "tasks:on": 302,  # a panel for htmx; others are led to the list
    "tasks:field": 302,
    "tasks:move": 405,
    "tasks:put_back": 405,
    "tasks:reopen": 405,
    "tasks:restore": 302,
    "tasks:shift": 405,
    "workload:move": 405,
    "time:cell": 405,
    "time:decide": 405,
    "time:discard": 405,
    "time:lock": 403,  # ann does not keep the company's settings
    "time:reopen": 405,
    "time:restore": 405,
    "time:save": 405,
    "time:start": 405,
    "time:stop": 405,
    "time:submit": 405,
    "time:take_back": 405,
    "imports:back": 405,
    "imports:cancel": 405,
    "imports:failed_rows": 302,  # no row failed, or the file is not kept any more
    "imports:start": 405,
}
# What dana gets in the admin where it is not a page.
DOCUMENTED_IN_ADMIN = {
    "admin:login": 302,
    "admin:logout": 405,
    "admin:autocomplete": 403,
    "admin:clients_client_history": 302,  # the history stands on the record's own page
    "admin:contacts_contact_history": 302,
    "admin:projects_deal_history": 302,
    "admin:projects_product_history": 302,
    "admin:projects_pricelist_history": 302,
    "admin:money_exchangerate_history": 302,  # the history stands on the rate's own page
    "admin:projects_project_history": 302,
    "admin:tasks_task_history": 302,
    "admin:tasks_taskboard_delete": 403,  # the default one, and those with tasks on them, stay
    "admin:teams_company_add": 403,  # there is one company
    "admin:teams_company_delete": 403,
    "admin:teams_company_history": 302,  # the history stands on the company's own page
    "admin:teams_role_history": 302,  # the history stands on the role's own page
    "admin:teams_seenas_add": 403,  # a log
    "admin:teams_seenas_delete": 403,
    "admin:teams_skill_delete": 403,  # skills are archived or merged
    "admin:teams_team_delete": 403,  # the team's own page says what is in the way
    "admin:teams_user_delete": 403,  # people who leave are deactivated
}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def named(routes: list[Route]) -> list[Route]:
    return [route for route in routes if route.name]


def asked(world: World, user: User | None, routes: list[Route], method: str = "get") -> Iterator[tuple[Route, Any]]:
    """Each route's answer, with its text in `body`; writes are taken back, a fault of a page is an answer of 500."""
    browser = Browser(raise_request_exception=False)
    if user is not None:
        browser.force_login(user)
    cookies = browser.cookies.output()
    for route in routes:
        url = world.url(route)
        with transaction.atomic():
            answer: Any = getattr(browser, method)(url)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        answer.body = content.decode(errors="replace")
        # Signing out is taken back too.
        browser.cookies.load(cookies.replace("Set-Cookie: ", ""))
        yield route, answer


def leaks(answer: Any) -> list[str]:
    return [word for word in CANARIES if word in answer.body]


def of_product() -> list[Route]:
    return [route for route in named(all_routes()) if not route.is_of_admin]


def of_admin() -> list[Route]:
    return [route for route in named(all_routes()) if route.is_of_admin]


def test_every_address_has_a_name() -> None:
    assert [route.pattern for route in all_routes() if not route.name and not UNNAMED.match(route.pattern)] == []


def test_strangers_are_led_to_the_sign_in(world: World) -> None:
    ways = (reverse("account_login"), reverse("admin:login"))
    faults = []
    for route, answer in asked(world, None, named(all_routes())):
        if route.name in PUBLIC:
            is_right = answer.status_code == PUBLIC[route.name]
        else:
            is_right = answer.status_code == 302 and answer.url.startswith(ways)
        if not is_right or leaks(answer):
            faults.append((route.name, answer.status_code, getattr(answer, "url", ""), leaks(answer)))
    assert not faults, str(faults)


def test_strangers_write_nothing(world: World) -> None:
    faults = [
        (route.name, answer.status_code)
        for route, answer in asked(world, None, named(all_routes()), "post")
        if route.name not in PUBLIC and answer.status_code not in (302, 403, 404, 405)
    ]
    assert not faults, str(faults)


def test_an_outsider_finds_no_object_of_anns(world: World) -> None:
    routes = [route for route in of_product() if route.names_an_object and route.name not in {*OF_COLLEAGUES, *PUBLIC}]
    assert len(routes) > 10
    for method, allowed in (("get", (404, 405)), ("post", (404, 403, 405))):
        for route, answer in asked(world, world.cast.cy, routes, method):
            assert answer.status_code in allowed, (method, route.name, answer.status_code)
            assert leaks(answer) == [], (method, route.name)


def test_an_outsiders_pages_hold_nothing_of_anns(world: World) -> None:
    routes = [route for route in of_product() if not route.names_an_object or route.name in {*OF_COLLEAGUES, *PUBLIC}]
    for method in ("get", "post"):
        for route, answer in asked(world, world.cast.cy, routes, method):
            assert answer.status_code < 500, (method, route.name, answer.status_code)
            assert leaks(answer) == [], (method, route.name)


def test_ann_reaches_every_page(world: World) -> None:
    """The positive twin of the outsider: what is closed to cy is closed because it is ann's, and open to her."""
    answers = {route.name: answer.status_code for route, answer in asked(world, world.cast.ann, of_product())}
    wrong = {name: status for name, status in answers.items() if status != DOCUMENTED.get(name, 200)}
    assert not wrong, str(wrong)


def test_anns_pages_are_sound_html_under_the_strict_policy(world: World) -> None:
    for route, answer in asked(world, world.cast.ann, of_product()):
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        assert "unsafe" not in answer["Content-Security-Policy"], route.name
        assert_strict_html(answer.body)
        if "<html" not in answer.body:
            continue
        assert len(re.findall(r"<h1[\s>]", answer.body)) == 1, route.name
        assert re.search(r"<html[^>]*\slang=\"\w+\"", answer.body), route.name
        title = re.search(r"<title>(.*?)</title>", answer.body, re.DOTALL)
        assert title, route.name
        assert title[1].replace("· Porada", "").strip(), route.name


def test_the_admin_is_closed_to_those_who_are_no_staff(world: World) -> None:
    for method in ("get", "post"):
        for route, answer in asked(world, world.cast.cy, of_admin(), method):
            assert answer.status_code in (302, 403, 404, 405) or route.name in PUBLIC, (method, route.name)
            assert leaks(answer) == [], (method, route.name)


def test_an_outsider_in_the_admin_finds_no_record_of_anns(world: World) -> None:
    for method in ("get", "post"):
        for route, answer in asked(world, world.cy_staff, of_admin(), method):
            assert answer.status_code < 500, (method, route.name, answer.status_code)
            assert leaks(answer) == [], (method, route.name)
            if route.names_an_object:
                assert answer.status_code in (302, 403, 404, 405), (method, route.name, answer.status_code)


def test_dana_reaches_every_page_of_the_admin(world: World) -> None:
    answers = {route.name: answer.status_code for route, answer in asked(world, world.cast.dana, of_admin())}
    wrong = {name: status for name, status in answers.items() if status != DOCUMENTED_IN_ADMIN.get(name, 200)}
    assert not wrong, str(wrong)


def test_every_page_of_records_has_a_query_budget() -> None:
    pages = {route.name for route in of_product() if ":" in route.name or route.name in ("home", "search")}
    assert not pages - BUDGETS.keys(), str(sorted(pages - BUDGETS.keys()))
    assert not BUDGETS.keys() - pages, str(sorted(BUDGETS.keys() - pages))
    assert max(BUDGETS.values()) <= HIGHEST_BUDGET


def over_budget(world: World) -> dict[str, int]:
    """The pages that ask the database more often than they may, with the number of their queries."""
    browser = Browser()
    browser.force_login(world.cast.ann)
    over = {}
    for route in of_product():
        if route.name not in BUDGETS:
            continue
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            answer: Any = browser.get(world.url(route))
            if answer.streaming:
                list(answer)
            transaction.set_rollback(True)
        # The savepoint around the request is the test's own.
        asked_for = [query for query in queries if "SAVEPOINT" not in query["sql"]]
        if len(asked_for) > BUDGETS[route.name]:
            over[route.name] = len(asked_for)
    return over


def test_pages_keep_their_query_budgets(world: World) -> None:
    over = over_budget(world)
    assert not over, str(over)


def test_pages_keep_their_query_budgets_with_many_rows(world: World) -> None:
    world.grow(30)
    over = over_budget(world)
    assert not over, str(over)
