"""Teams are made, moved and removed, and people put into them, as far as the actor reaches."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from crm.access.registry import record_model_of
from crm.access.rights import Action, Scope, forget_rights, rights_of
from crm.access.shares import share
from teams.models import Grant, Membership, Role, Team, User
from teams.services import (
    NotTheirsToGive,
    TeamStillUsed,
    create_team,
    delete_team,
    join_team,
    leave_team,
    move_team,
    save_team,
)
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


def boss_of(*teams: Team, scope: Scope = Scope.TEAM_AND_BELOW, rank: int = 50) -> User:
    """Somebody who manages people and teams, and whose records reach as far."""
    role = grant_management(grant_all(RoleFactory(rank=rank), scope), scope)
    boss = UserFactory(role=role)
    for team in teams:
        join(boss, team)
    return boss


def somebody(*teams: Team, role: Role | None = None) -> User:
    person = UserFactory(role=role or RoleFactory(rank=10))
    for team in teams:
        join(person, team)
    return person


# Making and changing


def test_a_team_is_made_under_a_team_that_one_manages() -> None:
    top, beside = TeamFactory(), TeamFactory()
    boss = boss_of(top)
    team = create_team(Team(name="New", parent=top), actor=boss)
    assert create_team(Team(name="Deeper", parent=team), actor=boss).parent == team
    for parent in (beside, None):
        with pytest.raises(NotTheirsToGive):
            create_team(Team(name="Elsewhere", parent=parent), actor=boss)
    assert create_team(Team(name="Top"), actor=boss_of(scope=Scope.ALL)).parent is None
    assert not Team.objects.filter(name="Elsewhere").exists()


def test_without_a_grant_nobody_makes_changes_or_removes_a_team(cast: Cast) -> None:
    north = cast.ann.teams.get()
    for write in (
        lambda: create_team(Team(name="New", parent=north), actor=cast.ann),
        lambda: save_team(north, actor=cast.ann),
        lambda: delete_team(TeamFactory(parent=north), actor=cast.ann),
        lambda: join_team(cast.fin, north, actor=cast.ann),
        lambda: leave_team(cast.fin, north, actor=cast.ann),
    ):
        with pytest.raises(NotTheirsToGive):
            write()
    assert save_team(north, actor=cast.dana) == north


def test_a_name_that_was_given_up_is_free_again(cast: Cast) -> None:
    north = Team.objects.get(name="North")
    north.name = "Arctic"
    save_team(north, actor=cast.dana)
    assert create_team(Team(name="North"), actor=cast.dana).pk != north.pk
    with pytest.raises(ValidationError):
        create_team(Team(name="North"), actor=cast.dana)


def test_every_write_leaves_versions_of_the_team_and_of_the_people(cast: Cast) -> None:
    team = create_team(Team(name="New"), actor=cast.dana)
    join_team(cast.cy, team, actor=cast.dana, position="Scout", share=40)
    leave_team(cast.cy, team, actor=cast.dana)
    team.description = "Scouts"
    save_team(team, actor=cast.dana)
    delete_team(Team.objects.get(pk=team.pk), actor=cast.dana)
    history: Any = Team.history  # type: ignore[attr-defined]
    versions = list(history.filter(id=team.pk).order_by("history_id"))
    assert [version.history_type for version in versions] == ["+", "~", "~", "~", "-"]
    assert [len(version.parts["memberships"]) for version in versions[:4]] == [0, 1, 0, 0]
    assert {version.history_user for version in versions} == {cast.dana}
    of_cy: Any = User.history  # type: ignore[attr-defined]
    shares = [
        [row["share"] for row in version.parts["memberships"] if row["team_id"] == team.pk]
        for version in of_cy.filter(id=cast.cy.pk).order_by("history_id")
    ]
    assert shares == [[], [40], []]


# Moving


def test_a_team_does_not_lie_below_itself(cast: Cast) -> None:
    top = TeamFactory()
    middle = TeamFactory(parent=top)
    bottom = TeamFactory(parent=middle)
    for parent in (top, middle, bottom):
        with pytest.raises(ValidationError, match="below itself"):
            move_team(top, parent, actor=cast.dana)
    assert Team.objects.get(pk=top.pk).parent is None
    assert move_team(bottom, top, actor=cast.dana).parent == top


def test_a_move_needs_the_reach_of_the_team_and_of_both_places() -> None:
    top, beside = TeamFactory(), TeamFactory()
    first, second = TeamFactory(parent=top), TeamFactory(parent=top)
    moved, foreign = TeamFactory(parent=first), TeamFactory(parent=beside)
    boss = boss_of(top)
    assert move_team(moved, second, actor=boss).parent == second
    # Into what he does not manage, out of it, his own team from under its parent, and to the top.
    apex = TeamFactory()
    for team, parent in ((moved, beside), (foreign, first), (top, apex), (moved, None)):
        with pytest.raises(NotTheirsToGive):
            move_team(team, parent, actor=boss)
    assert Team.objects.get(pk=moved.pk).parent == second


def test_nobody_takes_a_team_from_under_those_above_him() -> None:
    head = TeamFactory()
    own, other = TeamFactory(parent=head), TeamFactory()
    boss = boss_of(own, other)
    with pytest.raises(NotTheirsToGive):
        move_team(own, other, actor=boss)
    assert Team.objects.get(pk=own.pk).parent == head
    join(boss, head)
    forget_rights(boss)
    assert move_team(own, other, actor=boss).parent == other


def test_nobody_moves_a_team_into_his_own_sight() -> None:
    own, foreign = TeamFactory(), TeamFactory()
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM_AND_BELOW), Scope.ALL)
    clerk = join(UserFactory(role=role), own)
    with pytest.raises(NotTheirsToGive, match="own sight"):
        move_team(foreign, own, actor=clerk)
    assert move_team(foreign, TeamFactory(), actor=clerk).parent is not None
    assert move_team(foreign, own, actor=boss_of(scope=Scope.ALL)).parent == own


# The lead


def test_a_lead_is_chosen_by_whoever_manages_him(cast: Cast) -> None:
    team = TeamFactory()
    boss = boss_of(team)
    person, equal, stranger = somebody(team), somebody(role=boss.role), somebody()
    for lead, is_allowed in ((person, True), (equal, False), (stranger, False), (None, True)):
        team.lead = lead
        if is_allowed:
            assert save_team(team, actor=boss).lead == lead
            continue
        with pytest.raises(NotTheirsToGive, match="lead"):
            save_team(team, actor=boss)
    assert Team.objects.get(pk=team.pk).lead is None


def test_nobody_is_made_the_lead_of_people_whom_one_does_not_manage_oneself(cast: Cast) -> None:
    """He would read why they are away."""
    team = TeamFactory()
    boss, person = boss_of(team), somebody(team)
    somebody(team, role=boss.role)
    team.lead = person
    with pytest.raises(NotTheirsToGive, match="lead"):
        save_team(team, actor=boss)
    assert save_team(team, actor=cast.dana).lead == person


def test_one_leads_a_team_oneself_when_one_manages_everybody_in_it() -> None:
    team = TeamFactory()
    boss = boss_of(team)
    somebody(team)
    team.lead = boss
    assert save_team(team, actor=boss).lead == boss
    other = TeamFactory(parent=team)
    somebody(other, role=boss.role)
    other.lead = boss
    with pytest.raises(NotTheirsToGive):
        save_team(other, actor=boss)


# People in teams


def test_people_are_put_only_where_the_actor_reaches() -> None:
    top, beside = TeamFactory(), TeamFactory()
    below = TeamFactory(parent=top)
    boss, person = boss_of(top), somebody(top)
    for team in (top, below):
        assert join_team(person, team, actor=boss).team == team
    with pytest.raises(NotTheirsToGive):
        join_team(person, beside, actor=boss)
    assert set(person.teams.all()) == {top, below}
    leave_team(person, below, actor=boss)
    assert set(person.teams.all()) == {top}


def test_nobody_puts_himself_his_equal_or_a_stranger_into_a_team(cast: Cast) -> None:
    top = TeamFactory()
    below = TeamFactory(parent=top)
    boss = boss_of(top)
    for person in (boss, somebody(top, role=boss.role), somebody(TeamFactory()), cast.dana):
        with pytest.raises(PermissionDenied):
            join_team(person, below, actor=boss)
        with pytest.raises(PermissionDenied):
            leave_team(person, top, actor=boss)
    assert not below.people.exists()
    assert join_team(boss, below, actor=cast.dana).user == boss


def test_a_newcomer_is_placed_by_those_who_may_add_people_there() -> None:
    team, beside = TeamFactory(), TeamFactory()
    role = grant_all(RoleFactory(rank=50), Scope.TEAM)
    Grant.objects.create(role=role, record_type="teams.user", action=Action.ADD, scope=Scope.TEAM)
    inviter, newcomer = join(UserFactory(role=role), team), somebody()
    for person, place in ((newcomer, beside), (somebody(team), team), (somebody(role=role), team)):
        with pytest.raises(PermissionDenied):
            join_team(person, place, actor=inviter)
    assert join_team(newcomer, team, actor=inviter).team == team
    with pytest.raises(PermissionDenied):
        leave_team(newcomer, team, actor=inviter)


def test_a_person_is_shown_no_records_that_the_actor_does_not_reach() -> None:
    foreign = TeamFactory()
    sees_a_team = grant_all(RoleFactory(rank=10), Scope.TEAM, actions=[Action.VIEW])
    clerk = UserFactory(role=grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.ALL))
    with pytest.raises(NotTheirsToGive, match="do not reach yourself"):
        join_team(somebody(role=sees_a_team), foreign, actor=clerk)
    assert join_team(somebody(), foreign, actor=clerk).team == foreign
    assert join_team(somebody(role=sees_a_team), foreign, actor=boss_of(scope=Scope.ALL)).team == foreign


def test_nobody_is_put_into_a_team_with_rights_that_the_actor_lacks() -> None:
    team = TeamFactory()
    boss = boss_of(team)
    mighty = somebody(team, role=grant_all(RoleFactory(rank=10), Scope.ALL))
    below = TeamFactory(parent=team)
    with pytest.raises(NotTheirsToGive, match="lack this right"):
        join_team(mighty, below, actor=boss)
    # How he is in a team where he is already shows him nothing new.
    assert join_team(mighty, team, actor=boss, share=50).share == 50


def test_a_new_primary_team_replaces_the_former(cast: Cast) -> None:
    south = Team.objects.get(name="South")
    join_team(cast.ann, south, actor=cast.dana, is_primary=True, position="Lead")
    assert cast.ann.memberships.get(is_primary=True).team == south
    assert cast.ann.memberships.count() == 2
    assert south.pk in rights_of(cast.ann).team_ids


@pytest.mark.parametrize("percent", [0, 101])
def test_a_share_of_time_is_between_one_and_a_hundred_percent(cast: Cast, percent: int) -> None:
    team = TeamFactory()
    with pytest.raises(ValidationError):
        join_team(cast.ann, team, actor=cast.dana, share=percent)
    assert join_team(cast.ann, team, actor=cast.dana, share=100).share == 100


# Removing


def test_a_team_goes_when_nothing_hangs_on_it(cast: Cast) -> None:
    team = create_team(Team(name="Brief"), actor=cast.dana)
    group_id = team.group_id
    delete_team(team, actor=cast.dana)
    assert not Team.objects.filter(name="Brief").exists()
    assert not type(team.group).objects.filter(pk=group_id).exists()


def test_a_team_stays_while_something_hangs_on_it(cast: Cast) -> None:
    north = Team.objects.get(name="North")
    owning, full, above, shared = (TeamFactory() for _ in range(4))
    TeamFactory(parent=above)
    Membership.objects.create(user=cast.cy, team=full)
    Client.objects.create(name="Acme", team=owning)
    record = Client.objects.create(name="Shared", team=north, owner=cast.ann)
    share(record, action=Action.VIEW, actor=cast.dana, with_team=shared)
    for team, sentence in ((owning, "records"), (full, "people"), (above, "teams below"), (shared, "shared")):
        with pytest.raises(TeamStillUsed, match=sentence) as refusal:
            delete_team(team, actor=cast.dana)
        assert len(refusal.value.reasons) == 1
        assert Team.objects.filter(pk=team.pk).exists()


def test_a_team_goes_only_where_the_actor_may_remove() -> None:
    top, beside = TeamFactory(), TeamFactory()
    boss = boss_of(top)
    Grant.objects.filter(role=boss.role, record_type="teams.team", action=Action.DELETE).update(scope=Scope.TEAM)
    with pytest.raises(NotTheirsToGive):
        delete_team(TeamFactory(parent=top), actor=boss)
    with pytest.raises(NotTheirsToGive):
        delete_team(beside, actor=boss)
    with pytest.raises(TeamStillUsed):
        delete_team(top, actor=boss)
