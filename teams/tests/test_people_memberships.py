"""Who gives roles and teams to whom, and that the histories of people and teams tell it."""

import pytest
from django.core.exceptions import ValidationError

from crm.access.rights import Action, Scope, forget_rights
from crm.history.plain import plain_versions
from teams.models import Grant, Role, Team, User
from teams.selectors.reach import NotTheirsToManage
from teams.services import NotTheirsToGive, give_role, join_team, leave_team, save_role
from teams.tests.factories import (
    Cast,
    RoleFactory,
    TeamFactory,
    UserFactory,
    grant_all,
    grant_management,
    grant_people,
    grant_roles,
    join,
    make_cast,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def with_role(role: Role | None) -> User:
    return UserFactory(role=role)


def test_roles_are_given_only_by_those_who_manage_the_person(cast: Cast) -> None:
    role, team = grant_all(RoleFactory(rank=50), Scope.ALL), TeamFactory()
    boss, user, lower = join(with_role(role), team), with_role(None), RoleFactory(rank=10)
    with pytest.raises(NotTheirsToManage):
        give_role(user, lower, actor=boss)
    grant_people(role, Scope.TEAM)
    forget_rights(boss)
    with pytest.raises(NotTheirsToManage):
        give_role(user, lower, actor=boss)
    assert User.objects.get(pk=user.pk).role is None
    join(user, team)
    assert give_role(user, lower, actor=boss).role == lower


def test_those_who_invite_give_newcomers_their_role_and_team(cast: Cast) -> None:
    role = grant_people(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.TEAM, actions=(Action.ADD,))
    boss, newcomer, lower = join(with_role(role), TeamFactory()), with_role(None), RoleFactory(rank=10)
    assert give_role(newcomer, lower, actor=boss).role == lower
    join_team(newcomer, boss.teams.get(), actor=boss, share=40)
    assert newcomer.memberships.get().share == 40
    for person in (newcomer, cast.cy):
        with pytest.raises(NotTheirsToManage):
            give_role(person, None, actor=boss)


def test_a_role_brings_nobody_more_into_sight_than_its_giver_reaches() -> None:
    here, there = TeamFactory(), TeamFactory()
    boss = join(with_role(grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.ALL)), here)
    of_team, of_own = grant_all(RoleFactory(rank=10), Scope.TEAM), grant_all(RoleFactory(rank=10), Scope.OWN)
    near, far = join(with_role(None), here), with_role(None)
    join_team(far, there, actor=boss)
    with pytest.raises(NotTheirsToGive):
        give_role(far, of_team, actor=boss)
    assert User.objects.get(pk=far.pk).role is None
    assert give_role(far, of_own, actor=boss).role == of_own
    assert give_role(near, of_team, actor=boss).role == of_team


def test_a_role_that_grows_brings_nobody_more_into_sight_either() -> None:
    here, there = TeamFactory(), TeamFactory()
    boss = join(with_role(grant_roles(grant_all(RoleFactory(rank=50), Scope.TEAM))), here)
    near, far = RoleFactory(rank=10), RoleFactory(rank=10)
    join(with_role(near), here)
    join(with_role(far), there)
    views = [Grant(record_type="clients.client", action=Action.VIEW, scope=Scope.TEAM)]
    with pytest.raises(NotTheirsToGive):
        save_role(far, actor=boss, grants=views, field_rules=[])
    assert not far.grants.exists()
    assert save_role(near, actor=boss, grants=views, field_rules=[]).grants.count() == 1
    far.description = "Renamed"
    assert save_role(far, actor=boss, grants=[], field_rules=[]).description == "Renamed"


def test_who_manages_everybody_fills_other_teams_only_where_he_sees_as_much() -> None:
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.ALL)
    boss, elsewhere = join(with_role(role), TeamFactory()), TeamFactory()
    seller, helper = with_role(grant_all(RoleFactory(), Scope.TEAM)), with_role(RoleFactory())
    with pytest.raises(NotTheirsToGive):
        join_team(seller, elsewhere, actor=boss)
    assert join_team(helper, elsewhere, actor=boss)
    grant_all(role, Scope.ALL)
    forget_rights(boss)
    assert join_team(seller, elsewhere, actor=boss)


def test_what_happens_to_a_persons_role_and_teams_is_in_his_history_and_the_teams(cast: Cast) -> None:
    south = Team.objects.get(name="South")
    join_team(cast.ann, south, actor=cast.dana, position="Guide", share=30)
    give_role(cast.ann, RoleFactory(name="Envoy"), actor=cast.dana)
    leave_team(cast.ann, south, actor=cast.dana)
    left, given, joined, _first = plain_versions(User, cast.ann.pk, cast.dana)
    assert [version.reason for version in (left, given, joined)] == [
        "Changed the teams",
        "Changed the role",
        "Changed the teams",
    ]
    assert {version.who for version in (left, given, joined)} == {cast.dana}
    assert [(row.kind, row.text) for row in left.changes[0].rows] == [("removed", "South · Guide · 30")]
    assert [(change.old, change.new) for change in given.changes] == [("sales manager", "Envoy")]
    assert [(row.kind, row.text) for row in joined.changes[0].rows] == [("added", "South · Guide · 30")]
    of_team = plain_versions(Team, south.pk, cast.dana)
    assert [version.reason for version in of_team[:2]] == ["Changed the members", "Changed the members"]


def test_a_share_of_time_is_a_percentage(cast: Cast) -> None:
    for share in (0, 101):
        with pytest.raises(ValidationError):
            join_team(cast.ann, Team.objects.get(name="South"), actor=cast.dana, share=share)
    assert cast.ann.memberships.count() == 1
