"""Ready roles, and who may hand out what."""

from typing import Any

import pytest

from crm.access.registry import managed_types, record_model_of, record_models
from crm.access.rights import Action, FieldAccess, Scope, hidden_fields, may, rights_of
from teams.models import FieldRule, Grant, Role, User
from teams.ready_roles import ACCOUNTANT, DIRECTOR, OBSERVER, READY_ROLES, SALES_MANAGER
from teams.services import (
    NotTheirsToGive,
    give_role,
    install_ready_roles,
    refuse_unless_theirs_to_give,
    save_role,
)
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, grant_people, grant_roles, make_cast

pytestmark = pytest.mark.django_db
Client: Any = record_model_of("clients.client")
Contact: Any = record_model_of("contacts.contact")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def roles() -> dict[str, Role]:
    return install_ready_roles()


def with_role(role: Role | None) -> User:
    return UserFactory(role=role)


# Ready roles


def test_there_are_seven_ready_roles(roles: dict[str, Role]) -> None:
    names = ["Director", "Head of sales", "Sales manager", "Project manager", "Developer", "Accountant", "Observer"]
    assert list(roles) == names
    assert Role.objects.count() == 7


def test_ready_roles_name_record_types_and_fields_that_exist(roles: dict[str, Role]) -> None:
    ruled = {(model._meta.label_lower, name) for model in record_models() for name, _label in model.ruled_fields()}
    types = {model._meta.label_lower for model in record_models()} | {managed.label for managed in managed_types()}
    assert set(Grant.objects.values_list("record_type", flat=True)) <= types
    assert set(FieldRule.objects.values_list("record_type", "field")) <= ruled
    for grant in Grant.objects.all():
        grant.full_clean()


def test_installing_again_changes_nothing_that_an_admin_changed(roles: dict[str, Role]) -> None:
    observer = roles[OBSERVER.name]
    observer.rank = 33
    observer.save()
    observer.grants.all().delete()
    roles[ACCOUNTANT.name].field_rules.filter(field="phones").delete()
    before = (Grant.objects.count(), FieldRule.objects.count())
    install_ready_roles()
    assert (Grant.objects.count(), FieldRule.objects.count()) == before
    assert Role.objects.get(name=OBSERVER.name).rank == 33
    assert Role.objects.count() == 7


def test_a_missing_ready_role_is_made_again(roles: dict[str, Role]) -> None:
    roles[OBSERVER.name].delete()
    assert install_ready_roles()[OBSERVER.name].grants.exists()


def test_each_ready_role_does_its_work(roles: dict[str, Role]) -> None:
    director, manager = with_role(roles[DIRECTOR.name]), with_role(roles[SALES_MANAGER.name])
    accountant, observer = with_role(roles[ACCOUNTANT.name]), with_role(roles[OBSERVER.name])
    assert all(rights_of(director).scope(model, action) == Scope.ALL for model in record_models() for action in Action)
    assert rights_of(manager).scope(Client, Action.VIEW) == Scope.TEAM
    assert rights_of(manager).scope(Client, Action.CHANGE) == Scope.OWN
    assert may(accountant, Action.CHANGE, Client)
    assert not may(accountant, Action.CHANGE, Contact)
    assert "phones" in hidden_fields(accountant, Contact)
    assert [action for action in Action if may(observer, action, Client)] == [Action.VIEW]


def test_a_director_may_hand_out_every_other_ready_role(roles: dict[str, Role]) -> None:
    director = with_role(roles[DIRECTOR.name])
    for ready in READY_ROLES[1:]:
        refuse_unless_theirs_to_give(roles[ready.name], actor=director)
    with pytest.raises(NotTheirsToGive):
        refuse_unless_theirs_to_give(roles[DIRECTOR.name], actor=director)


# Handing out


def test_only_roles_of_a_lower_rank_are_handed_out(cast: Cast) -> None:
    boss = with_role(grant_people(grant_all(RoleFactory(rank=50), Scope.ALL), Scope.ALL))
    user = with_role(None)
    for rank in (50, 51):
        with pytest.raises(NotTheirsToGive, match="lower rank"):
            give_role(user, RoleFactory(rank=rank), actor=boss)
        assert User.objects.get(pk=user.pk).role is None
    lower = RoleFactory(rank=49)
    give_role(user, lower, actor=boss)
    assert User.objects.get(pk=user.pk).role == lower


@pytest.mark.parametrize("scope", [Scope.TEAM, Scope.ALL])
def test_nobody_hands_out_a_right_that_he_lacks(scope: Scope) -> None:
    boss = with_role(grant_people(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.ALL))
    wanted = grant_all(RoleFactory(rank=10), scope)
    user = with_role(None)
    if scope > Scope.TEAM:
        with pytest.raises(NotTheirsToGive, match="You lack this right"):
            give_role(user, wanted, actor=boss)
        assert User.objects.get(pk=user.pk).role is None
    else:
        assert give_role(user, wanted, actor=boss).role == wanted


def test_nobody_opens_a_field_that_is_closed_to_himself() -> None:
    own = grant_people(grant_all(RoleFactory(rank=50), Scope.ALL), Scope.ALL)
    FieldRule.objects.create(role=own, record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    boss, lower = with_role(own), RoleFactory(rank=10)
    with pytest.raises(NotTheirsToGive, match="tax_id"):
        give_role(with_role(None), lower, actor=boss)
    rule = FieldRule.objects.create(
        role=lower, record_type="clients.client", field="tax_id", access=FieldAccess.READ_ONLY
    )
    with pytest.raises(NotTheirsToGive, match="tax_id"):
        give_role(with_role(None), lower, actor=boss)
    rule.access = FieldAccess.HIDDEN
    rule.save()
    assert give_role(with_role(None), lower, actor=boss).role == lower


def test_nobody_takes_a_role_from_a_peer_or_an_admin(cast: Cast) -> None:
    role = grant_all(RoleFactory(rank=50), Scope.ALL)
    boss, peer = with_role(role), with_role(role)
    for victim in (peer, boss, cast.dana):
        with pytest.raises(NotTheirsToGive):
            give_role(victim, None, actor=boss)
    assert User.objects.get(pk=peer.pk).role == role
    assert give_role(peer, None, actor=cast.dana).role is None


def test_somebody_without_a_role_or_deactivated_hands_out_nothing(cast: Cast) -> None:
    lower = RoleFactory(rank=0)
    cast.dana.is_active = False
    for actor in (with_role(None), cast.dana):
        with pytest.raises(NotTheirsToGive):
            give_role(with_role(None), lower, actor=actor)


def test_a_role_is_saved_below_ones_own_rank_and_rights() -> None:
    boss = with_role(grant_roles(grant_all(RoleFactory(rank=50), Scope.TEAM)))
    view = Grant(record_type="clients.client", action=Action.VIEW, scope=Scope.TEAM)
    rule = FieldRule(record_type="clients.client", field="tax_id")
    role = save_role(Role(name="Clerk", rank=10), actor=boss, grants=[view], field_rules=[rule])
    assert (role.grants.count(), role.field_rules.count()) == (1, 1)
    view.scope = Scope.ALL
    with pytest.raises(NotTheirsToGive):
        save_role(role, actor=boss, grants=[view], field_rules=[])
    assert Role.objects.get(name="Clerk").grants.get().scope == Scope.TEAM
    role.rank = 60
    with pytest.raises(NotTheirsToGive):
        save_role(role, actor=boss, grants=[], field_rules=[])
    assert Role.objects.get(name="Clerk").rank == 10
    with pytest.raises(NotTheirsToGive):
        save_role(boss.role, actor=boss, grants=[], field_rules=[])
    assert boss.role.grants.exists()
