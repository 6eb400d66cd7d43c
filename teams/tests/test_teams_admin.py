"""Teams in the Django admin: staff who are no superusers reach what their grants reach, through the same services."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from crm.access.rights import Scope
from crm.pages.testing import browser_of
from teams.models import Membership, Team, User
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


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss(cast: Cast) -> User:
    """Manages the people and teams from North down, and enters the admin."""
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM_AND_BELOW), Scope.TEAM_AND_BELOW)
    return join(UserFactory(username="boss", role=role, is_staff=True), Team.objects.get(name="North"))


def form(name: str, *rows: dict[str, Any], known: int = 0, **values: Any) -> dict[str, Any]:
    sent = {"name": name, "memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": known, **values}
    for number, row in enumerate(rows):
        sent |= {f"memberships-{number}-{key}": value for key, value in row.items()}
    return sent


def change(browser: Browser, team: Team, *rows: dict[str, Any], **values: Any) -> int:
    address = reverse("admin:teams_team_change", args=[team.pk])
    status: int = browser.post(address, form(values.pop("name", team.name), *rows, **values)).status_code
    return status


def test_staff_change_only_the_teams_that_they_manage(boss: User, cast: Cast) -> None:
    north, south = Team.objects.get(name="North"), Team.objects.get(name="South")
    far = TeamFactory(name="Far north", parent=north)
    browser = browser_of(boss)
    assert change(browser, south, name="Stolen") == 403
    assert change(browser, far, name="Farther", parent=south.pk) == 403
    assert change(browser, far, name="Farther", parent=north.pk) == 302
    assert set(Team.objects.values_list("name", "parent__name")) == {
        ("North", None),
        ("South", None),
        ("Farther", "North"),
    }
    add = reverse("admin:teams_team_add")
    assert browser.post(add, form("New")).status_code == 403
    assert browser.post(add, form("New", parent=north.pk)).status_code == 302
    assert browser_of(cast.ann).post(add, form("Newer", parent=north.pk)).status_code == 302
    assert not Team.objects.filter(name="Newer").exists()


def test_staff_put_only_their_people_into_teams(boss: User, cast: Cast) -> None:
    north = Team.objects.get(name="North")
    far = TeamFactory(name="Far north", parent=north)
    equal = join(UserFactory(role=boss.role), north)
    browser = browser_of(boss)
    for person in (boss, equal, cast.cy, cast.dana):
        row = {"user": person.pk, "team": far.pk, "share": 50}
        assert change(browser, far, row, parent=north.pk) == 403, person
    assert not far.people.exists()
    assert change(browser, far, {"user": cast.bob.pk, "team": far.pk, "share": 50}, parent=north.pk) == 302
    membership = Membership.objects.get(team=far)
    assert (membership.user, membership.share) == (cast.bob, 50)


def test_a_row_is_changed_given_to_another_person_and_taken_away(cast: Cast) -> None:
    south = Team.objects.get(name="South")
    browser, membership = browser_of(cast.dana), cast.cy.memberships.get()
    row = {"id": membership.pk, "user": cast.cy.pk, "team": south.pk, "share": 40, "position": "Scout"}
    assert change(browser, south, row, **{"memberships-INITIAL_FORMS": 1}) == 302
    assert (south.memberships.get().share, south.memberships.get().position) == (40, "Scout")
    assert change(browser, south, row | {"user": cast.fin.pk}, **{"memberships-INITIAL_FORMS": 1}) == 302
    assert [one.user for one in south.memberships.all()] == [cast.fin]
    history: Any = User.history  # type: ignore[attr-defined]
    assert history.filter(id__in=(cast.cy.pk, cast.fin.pk), history_user=cast.dana).count() == 3
    row = {"id": south.memberships.get().pk, "user": cast.fin.pk, "team": south.pk, "share": 40, "DELETE": "on"}
    assert change(browser, south, row, **{"memberships-INITIAL_FORMS": 1}) == 302
    assert not south.people.exists()
