"""Each scope of each action, for each record type: who reaches which record."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from clients.models import Client
from contacts.models import Contact
from crm.access.querysets import RecordQuerySet, allowed_actions
from crm.access.rights import Action, Scope, forget_rights, may
from crm.access.tests.worlds import READER, Gift, Plan, Row, World, store

pytestmark = pytest.mark.django_db

# Teams: 0 is the reader's, 1 lies below it, 2 beside it. People: 0 is the reader, 1 his teammate, 2 anybody.
PARENTS = (None, 0, None)
MEMBERS = (frozenset({0}), frozenset({0}), frozenset({2}))
MINE, TEAMMATES, BELOW, BESIDE, NOBODYS, MINE_ELSEWHERE = range(6)
OWNERS_AND_TEAMS = ((0, 0), (1, 0), (2, 1), (2, 2), (None, None), (0, 2))
REACHED = {
    Scope.NONE: set(),
    Scope.OWN: {MINE, MINE_ELSEWHERE},
    Scope.TEAM: {MINE, TEAMMATES, MINE_ELSEWHERE},
    Scope.TEAM_AND_BELOW: {MINE, TEAMMATES, BELOW, MINE_ELSEWHERE},
    Scope.ALL: {MINE, TEAMMATES, BELOW, BESIDE, NOBODYS, MINE_ELSEWHERE},
}
VERBS = {
    Action.VIEW: RecordQuerySet.visible_to,
    Action.CHANGE: RecordQuerySet.editable_by,
    Action.DELETE: RecordQuerySet.deletable_by,
    Action.EXPORT: RecordQuerySet.exportable_by,
    Action.ASSIGN: RecordQuerySet.assignable_by,
    Action.SHARE: RecordQuerySet.shareable_by,
}
MODELS = [Client, Contact]


def company(model: Any, scopes: dict[Action, Scope], *gifts: Gift) -> World:
    rows = tuple(
        Row(f"record {place}", owner, team, place, is_deleted=False, is_marked=False)
        for place, (owner, team) in enumerate(OWNERS_AND_TEAMS)
    )
    return store(Plan(PARENTS, MEMBERS, scopes, rows, gifts), model)


def reached(world: World, action: Action, user: Any = None) -> set[int]:
    records = VERBS[action](world.model.objects.all(), user or world.reader)
    return set(world.places(records))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("action", list(VERBS))
@pytest.mark.parametrize("scope", list(Scope))
def test_a_grant_reaches_as_far_as_its_scope(model: Any, action: Action, scope: Scope) -> None:
    world = company(model, {Action.VIEW: Scope.ALL, action: scope})
    assert reached(world, action) == REACHED[scope]
    others = set(VERBS) - {action, Action.VIEW}
    assert all(not reached(world, other) for other in others)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("action", [action for action in VERBS if action != Action.VIEW])
def test_nothing_can_be_done_to_what_is_out_of_sight(model: Any, action: Action) -> None:
    world = company(model, {Action.VIEW: Scope.OWN, action: Scope.ALL})
    assert reached(world, action) == REACHED[Scope.OWN]


@pytest.mark.parametrize("model", MODELS)
def test_a_grant_for_one_type_says_nothing_about_another(model: Any) -> None:
    world = company(model, {Action.VIEW: Scope.ALL})
    other = Contact if model is Client else Client
    assert may(world.reader, Action.VIEW, model)
    assert not may(world.reader, Action.VIEW, other)
    other.objects.create(name="elsewhere", owner=world.people[READER])
    assert not other.objects.visible_to(world.reader).exists()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("person", "team"), [(READER, None), (None, 0)])
@pytest.mark.parametrize("action", [Action.VIEW, Action.CHANGE, Action.DELETE, Action.EXPORT])
def test_a_share_adds_one_record_and_one_action(model: Any, person: int, team: int, action: Action) -> None:
    gift = Gift(BESIDE, action, person=person, team=team)
    world = company(model, {Action.VIEW: Scope.OWN, action: Scope.OWN}, gift)
    assert reached(world, Action.VIEW) == {MINE, MINE_ELSEWHERE, BESIDE}
    assert reached(world, action) == {MINE, MINE_ELSEWHERE, BESIDE}
    others = set(VERBS) - {action, Action.VIEW}
    assert all(not reached(world, other) for other in others)


@pytest.mark.parametrize("model", MODELS)
def test_a_share_with_a_team_reaches_its_people_only(model: Any) -> None:
    world = company(model, {Action.VIEW: Scope.OWN}, Gift(NOBODYS, Action.VIEW, team=2))
    assert reached(world, Action.VIEW, world.people[2]) >= {NOBODYS}
    assert NOBODYS not in reached(world, Action.VIEW)


@pytest.mark.parametrize("model", MODELS)
def test_the_signed_out_and_the_deactivated_see_nothing(model: Any) -> None:
    world = company(model, dict.fromkeys(Action, Scope.ALL), Gift(MINE, Action.CHANGE, person=READER))
    assert len(reached(world, Action.VIEW)) == len(OWNERS_AND_TEAMS)
    leaver = world.people[READER]
    leaver.is_active = False
    leaver.save()
    for nobody in (world.reader, AnonymousUser(), None):
        for verb in VERBS.values():
            assert not verb(model.objects.all(), nobody).exists()
        assert not model.objects.order_by("id").first_visible(nobody, limit=5)
        assert not model.objects.in_bin_of(nobody).exists()
        assert allowed_actions(world.records[MINE], nobody) == frozenset()


@pytest.mark.parametrize("model", MODELS)
def test_a_deactivated_superuser_sees_nothing(model: Any) -> None:
    world = company(model, {})
    admin = world.people[READER]
    admin.is_superuser = True
    assert reached(world, Action.VIEW, admin) == REACHED[Scope.ALL]
    admin.is_active = False
    forget_rights(admin)
    assert not model.objects.visible_to(admin).exists()
    assert not model.objects.order_by("id").first_visible(admin, limit=5)


@pytest.mark.parametrize("model", MODELS)
def test_somebody_without_a_role_sees_only_what_was_shared_with_him(model: Any) -> None:
    world = company(model, {Action.VIEW: Scope.ALL}, Gift(BESIDE, Action.VIEW, person=READER))
    user = world.people[READER]
    user.role = None
    user.save()
    assert reached(world, Action.VIEW) == {BESIDE}


@pytest.mark.parametrize("model", MODELS)
def test_the_recycle_bin_is_open_to_those_who_could_have_deleted(model: Any) -> None:
    world = company(model, {Action.VIEW: Scope.TEAM, Action.DELETE: Scope.OWN})
    model.objects.update(deleted_at="2026-01-01T00:00Z")
    assert set(world.places(model.objects.in_bin_of(world.reader))) == {MINE, MINE_ELSEWHERE}
    assert reached(world, Action.VIEW) == set()
