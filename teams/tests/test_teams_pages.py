"""Pages of teams: what everybody finds there, and what their managers do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.registry import record_model_of
from crm.access.rights import Action, FieldAccess, Scope
from crm.pages.testing import browser_of, edit_of
from crm.panels.registry import Panel, unregister
from crm.panels.registry import register as register_panel
from crm.ui.menu import places_for
from crm.ui.testing import assert_strict_html
from teams.models import Absence, FieldRule, Grant, Membership, PersonSkill, Skill, Team, User
from teams.services import save_team
from teams.tests.factories import (
    Cast,
    RoleFactory,
    TeamFactory,
    UserFactory,
    grant_all,
    grant_management,
    join,
    make_cast,
)

pytestmark = pytest.mark.django_db
Client: Any = record_model_of("clients.client")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def north(cast: Cast) -> Team:
    return Team.objects.get(name="North")


@pytest.fixture
def boss(north: Team) -> User:
    """Manages the people and teams from North down."""
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM_AND_BELOW), Scope.TEAM_AND_BELOW)
    return join(UserFactory(username="boss", role=role), north)


def page(name: str, *keys: int) -> str:
    return reverse(f"teams:{name}", args=keys)


def shown(user: User, url: str) -> str:
    response = browser_of(user).get(url)
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert_strict_html(text)
    return text


def away(person: User, *, kind: str = "sick", note: str = "the flu", days: int = 3) -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        user=person, kind=kind, note=note, starts=today, ends=today + timedelta(days=days), entered_by=person
    )


# The tree


def test_everybody_sees_the_tree_with_people_and_full_time(cast: Cast, north: Team) -> None:
    far = TeamFactory(name="Far north", parent=north)
    Membership.objects.create(user=cast.cy, team=far, share=50)
    Membership.objects.create(user=cast.ann, team=far, share=50)
    tree = browser_of(cast.cy).get(page("list")).context["tree"]
    node = next(node for node in tree if node.team == north)
    assert (node.people, float(node.equivalents)) == (3, 3)
    # Ann is in both, and counted once.
    assert (node.all_people, float(node.all_equivalents)) == (4, 4)
    assert [(child.team, child.people, float(child.equivalents)) for child in node.children] == [(far, 2, 1)]


def test_deactivated_people_are_not_counted(cast: Cast, north: Team) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    tree = browser_of(cast.ann).get(page("list")).context["tree"]
    assert next(node.people for node in tree if node.team == north) == 2
    assert "bob" not in shown(cast.ann, page("detail", north.pk))


@pytest.mark.parametrize("query", ["far", "FAR NORTH", "ann"])
def test_search_finds_a_team_with_those_above_it(cast: Cast, north: Team, query: str) -> None:
    TeamFactory(name="Far north", parent=north, lead=cast.ann)
    text = shown(cast.cy, f"{page('list')}?q={query}")
    assert "Far north" in text
    assert ">North<" in text
    assert ">South<" not in text
    assert "No team has this name" in shown(cast.cy, f"{page('list')}?q=nobody")


def test_an_empty_company_is_told_what_to_do_next(cast: Cast) -> None:
    Membership.objects.all().delete()
    Team.objects.all().delete()
    assert page("new") in shown(cast.dana, page("list"))
    text = shown(cast.ann, page("list"))
    assert "No teams yet" in text
    assert page("new") not in text


# One team


def test_a_colleague_sees_who_is_in_a_team_and_what_it_knows(cast: Cast, north: Team) -> None:
    Membership.objects.filter(user=cast.ann).update(position="Seller", share=60)
    skill = Skill.objects.create(name="Sailing")
    PersonSkill.objects.create(user=cast.ann, skill=skill, level=4)
    PersonSkill.objects.create(user=cast.bob, skill=skill, level=1)
    text = shown(cast.cy, page("detail", north.pk))
    for word in ("Seller · sales manager", "60 %", "Sailing", "Expert", "ann, bob"):
        assert word in text, word
    assert page("edit", north.pk) not in text
    assert page("edit", north.pk) in shown(cast.dana, page("detail", north.pk))


def test_why_somebody_is_away_is_told_to_those_who_may_know(cast: Cast, north: Team, boss: User) -> None:
    away(cast.bob)
    lead = UserFactory(username="lead")
    north.lead = lead
    save_team(north, actor=cast.dana)
    for reader, knows in (
        (cast.bob, True),
        (lead, True),
        (boss, True),
        (cast.dana, True),
        (cast.ann, False),
        (cast.cy, False),
    ):
        text = shown(reader, page("detail", north.pk))
        assert ("Sick leave" in text) == knows, reader.username
        assert ("Away until" in text) != knows, reader.username
        assert "the flu" not in text


def test_the_coming_weeks_show_absences_weekends_and_holidays(cast: Cast, north: Team) -> None:
    away(cast.bob, days=1)
    strip = browser_of(cast.bob).get(page("detail", north.pk)).context["strip"]
    assert len(strip.days) == 28
    assert sum(week.span for week in strip.weeks) == 28
    row = next(row for row in strip.rows if row.person == cast.bob)
    assert [cell.state for cell in row.cells[:2]] == ["away", "away"]
    assert (row.cells[0].is_first, row.cells[1].is_last) == (True, True)
    for day, cell in zip(strip.days[2:], row.cells[2:], strict=True):
        assert (cell.state == "off") == (day.weekday() > 4), day


def test_holidays_are_those_of_each_persons_country(cast: Cast, north: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 12, 20))
    User.objects.filter(pk=cast.ann.pk).update(country="PL")
    strip = browser_of(cast.bob).get(page("detail", north.pk)).context["strip"]
    christmas = strip.days.index(date(2026, 12, 25))
    states = {row.person.username: row.cells[christmas].state for row in strip.rows}
    assert states["ann"] == "holiday"
    assert states["bob"] == ""


def test_a_reader_counts_only_records_in_his_sight(cast: Cast, north: Team) -> None:
    for number in range(3):
        Client.objects.create(name=f"Acme {number}", team=north, owner=cast.ann)
    seen = {user: browser_of(user).get(page("detail", north.pk)).context["owned"] for user in (cast.ann, cast.cy)}
    counted = {one.label: one.count for one in seen[cast.ann]}
    assert counted == {"Clients": "3", "Contacts": "0", "Deals": "0", "Projects": "0", "Tasks": "0"}
    assert seen[cast.ann][0].url == f"{reverse('clients:list')}?team={north.pk}"
    assert [(one.count, one.url) for one in seen[cast.cy]] == [("0", "")] * 5


def test_records_are_not_counted_where_the_team_is_hidden(cast: Cast, north: Team) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="team", access=FieldAccess.HIDDEN)
    owned = browser_of(cast.fin).get(page("detail", north.pk)).context["owned"]
    assert [one.label for one in owned] == ["Contacts", "Deals", "Projects", "Tasks"]
    assert len(browser_of(cast.ann).get(page("detail", north.pk)).context["owned"]) == 5


def test_a_team_without_people_says_what_to_do(cast: Cast) -> None:
    team = TeamFactory()
    assert page("members", team.pk) in shown(cast.dana, page("detail", team.pk))
    text = shown(cast.ann, page("detail", team.pk))
    assert "Nobody is in this team" in text
    assert page("members", team.pk) not in text


def test_a_team_that_does_not_exist_is_not_found(cast: Cast) -> None:
    for name in ("detail", "edit", "delete", "members", "history"):
        assert browser_of(cast.dana).get(page(name, 10**6)).status_code == 404, name


# Managing


def test_only_managers_open_the_pages_of_managing(cast: Cast, north: Team, boss: User) -> None:
    south = Team.objects.get(name="South")
    pages = {name: [north.pk] for name in ("edit", "delete", "members", "history")}
    pages |= {name: [north.pk, cast.bob.pk] for name in ("member", "leave")}
    for name, keys in pages.items():
        assert browser_of(boss).get(page(name, *keys)).status_code == 200, name
        for reader in (cast.ann, cast.cy):
            assert browser_of(reader).get(page(name, *keys)).status_code == 403, name
            assert browser_of(reader).post(page(name, *keys), {}).status_code in (403, 405), name
        elsewhere = [south.pk, *([cast.cy.pk] if len(keys) > 1 else [])]
        assert browser_of(boss).get(page(name, *elsewhere)).status_code == 403, name


def test_a_manager_makes_a_team_below_his_own(boss: User, north: Team) -> None:
    answer = edit_of(browser_of(boss), f"{page('new')}?below={north.pk}", name="Far north", description="Cold")
    team = Team.objects.get(name="Far north")
    assert answer.url == page("detail", team.pk)
    assert (team.parent, team.description) == (north, "Cold")


def test_a_tampered_form_moves_no_team_out_of_reach(boss: User, cast: Cast, north: Team) -> None:
    south, far = Team.objects.get(name="South"), TeamFactory(name="Far north", parent=north)
    for sent in ({"parent": south.pk}, {"parent": ""}, {"lead": cast.cy.pk}, {"lead": cast.dana.pk}):
        answer = edit_of(browser_of(boss), page("edit", far.pk), **sent)
        assert answer.status_code == 422, sent
    assert edit_of(browser_of(boss), page("new"), name="New", parent=south.pk).status_code == 422
    stored = Team.objects.get(pk=far.pk)
    assert (stored.parent, stored.lead) == (north, None)
    assert not Team.objects.filter(name="New").exists()
    assert edit_of(browser_of(boss), page("edit", far.pk), lead=cast.bob.pk).status_code == 302
    assert Team.objects.get(pk=far.pk).lead == cast.bob


def test_a_team_is_not_offered_a_place_below_itself(cast: Cast, north: Team) -> None:
    far = TeamFactory(name="Far north", parent=north)
    form = browser_of(cast.dana).get(page("edit", north.pk)).context["form"]
    assert not {north, far} & set(form.fields["parent"].queryset)
    assert edit_of(browser_of(cast.dana), page("edit", north.pk), parent=far.pk).status_code == 422


def test_a_used_team_is_not_deleted_and_says_why(cast: Cast, north: Team) -> None:
    browser = browser_of(cast.dana)
    answer = browser.post(page("delete", north.pk), follow=True)
    assert "There are people in it" in answer.content.decode()
    idle = TeamFactory()
    assert browser.post(page("delete", idle.pk)).url == page("list")
    assert set(Team.objects.filter(pk__in=(north.pk, idle.pk))) == {north}


def test_a_manager_adds_changes_and_takes_out_people(boss: User, cast: Cast, north: Team) -> None:
    far, browser = TeamFactory(parent=north), browser_of(boss)
    sent = {"user": cast.bob.pk, "position": "Scout", "share": 40, "is_primary": "on"}
    assert browser.post(page("members", far.pk), sent).status_code == 302
    membership = Membership.objects.get(team=far)
    assert (membership.user, membership.position, membership.share) == (cast.bob, "Scout", 40)
    assert cast.bob.memberships.get(is_primary=True) == membership
    assert browser.post(page("member", far.pk, cast.bob.pk), {"position": "Guide", "share": 60}).status_code == 302
    assert (far.memberships.get().position, far.memberships.get().share) == ("Guide", 60)
    assert browser.post(page("leave", far.pk, cast.bob.pk)).status_code == 302
    assert not far.people.exists()
    assert "Changed the members" in shown(boss, page("history", far.pk))


@pytest.mark.parametrize("share", ["0", "101", "x", ""])
def test_a_wrong_share_of_time_is_refused(boss: User, cast: Cast, north: Team, share: str) -> None:
    answer = browser_of(boss).post(page("member", north.pk, cast.bob.pk), {"share": share})
    assert answer.status_code == 422
    assert north.memberships.get(user=cast.bob).share == 100


def test_a_tampered_form_adds_nobody_whom_the_manager_does_not_manage(boss: User, cast: Cast, north: Team) -> None:
    far = TeamFactory(parent=north)
    equal = join(UserFactory(role=boss.role), north)
    for person in (boss, equal, cast.cy, cast.dana):
        answer = browser_of(boss).post(page("members", far.pk), {"user": person.pk, "share": 100})
        assert answer.status_code == 422, person
    for name in ("member", "leave"):
        for person in (boss, equal):
            assert browser_of(boss).post(page(name, north.pk, person.pk), {"share": 10}).status_code == 403
    assert not far.people.exists()
    assert north.memberships.filter(user__in=(boss, equal), share=100).count() == 2
    assert browser_of(boss).post(page("members", far.pk), {"user": cast.bob.pk, "share": 100}).status_code == 302


def test_a_grant_to_add_alone_changes_no_team(cast: Cast, north: Team) -> None:
    Grant.objects.create(role=cast.ann.role, record_type="teams.team", action=Action.ADD, scope=Scope.TEAM)
    browser = browser_of(cast.ann)
    assert browser.get(page("new")).status_code == 200
    for name in ("edit", "delete", "members", "history"):
        assert browser.get(page(name, north.pk)).status_code == 403, name


# Queries


def queries_of(browser: Browser, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


def test_pages_of_teams_ask_no_more_with_many_people_and_teams(cast: Cast, north: Team, boss: User) -> None:
    skills = [Skill.objects.create(name=f"skill {number}") for number in range(5)]
    away(cast.bob)
    PersonSkill.objects.create(user=cast.bob, skill=skills[0])
    TeamFactory(parent=north)
    browser = browser_of(boss)
    urls = [page("list"), *(page(name, north.pk) for name in ("detail", "edit", "members"))]
    before = {url: queries_of(browser, url) for url in urls}
    for number in range(20):
        person = join(UserFactory(role=cast.ann.role), north)
        away(person, days=number)
        PersonSkill.objects.create(user=person, skill=skills[number % 5], level=1 + number % 4)
        TeamFactory(parent=north, lead=person)
    assert {url: queries_of(browser, url) for url in urls} == before
    assert max(before.values()) <= 15


def test_the_menu_leads_to_teams_and_the_company(cast: Cast) -> None:
    assert {page("list"), reverse("company:edit")} <= {link.url for link in places_for(cast.cy)}
    keys = {link.entry.key: link.entry.shortcut for link in places_for(cast.dana)}
    assert keys["teams"] == "t"


def test_an_app_above_shows_a_panel_on_the_page_of_a_team(cast: Cast, north: Team) -> None:
    panel = Panel(
        key="test.load",
        title="Load",
        model=Team,
        template="panels/_failed.html",
        context=lambda team, user: {"told": f"{team} for {user}"},
    )
    register_panel(panel)
    try:
        assert "Load" in shown(cast.ann, page("detail", north.pk))
    finally:
        unregister("test.load")
    assert "Load" not in shown(cast.ann, page("detail", north.pk))
