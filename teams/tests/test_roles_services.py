"""Who makes, changes and deletes roles, and what a role can hold."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from crm.access.rights import Action, FieldAccess, Scope, rights_of
from teams.models import FieldRule, Grant, Invitation, Role, User
from teams.selectors.roles import contradictions, latest_version
from teams.selectors.roles_history import role_versions
from teams.services import NotTheirsToGive, RoleStillUsed, StaleRole, delete_role, save_role
from teams.tests.factories import RoleFactory, UserFactory, grant_all, grant_people, grant_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    """Of rank 50; does everything with records, people and roles."""
    return UserFactory(role=grant_people(grant_roles(grant_all(RoleFactory(rank=50), Scope.ALL)), Scope.ALL))


@pytest.fixture
def dana() -> User:
    return UserFactory(is_superuser=True, role=None)


def grant(record_type: str = "clients.client", action: str = "view", scope: int = Scope.OWN) -> Grant:
    return Grant(record_type=record_type, action=action, scope=scope)


def rule(field: str, access: str = FieldAccess.HIDDEN, record_type: str = "clients.client") -> FieldRule:
    return FieldRule(record_type=record_type, field=field, access=access)


def save(role: Role, actor: User, *rows: Grant | FieldRule, **more: Any) -> Role:
    grants = [row for row in rows if isinstance(row, Grant)]
    rules = [row for row in rows if isinstance(row, FieldRule)]
    return save_role(role, actor=actor, grants=grants, field_rules=rules, **more)


# Rights on roles


def test_making_and_changing_roles_needs_the_right_to(boss: User) -> None:
    seller = UserFactory(role=grant_all(RoleFactory(rank=50), Scope.ALL))
    for actor in (seller, UserFactory(role=None)):
        with pytest.raises(PermissionDenied):
            save(Role(name="Clerk", rank=1), actor)
    assert not Role.objects.filter(name="Clerk").exists()
    role = save(Role(name="Clerk", rank=1), boss)
    role.rank = 2
    with pytest.raises(PermissionDenied):
        save(role, seller)
    with pytest.raises(PermissionDenied):
        delete_role(role, actor=seller)
    assert Role.objects.get(pk=role.pk).rank == 1
    assert save(role, boss).rank == 2


@pytest.mark.parametrize("rank", [50, 51])
def test_nobody_touches_a_role_of_his_rank_or_above_his_own_least_of_all(boss: User, rank: int) -> None:
    for role in (RoleFactory(rank=rank), boss.role):
        with pytest.raises(NotTheirsToGive):
            save(role, boss)
        with pytest.raises(NotTheirsToGive):
            delete_role(role, actor=boss)
    assert boss.role is not None
    assert boss.role.grants.exists()
    lower = RoleFactory(rank=49)
    assert save(lower, boss, grant()).grants.exists()


def test_a_right_on_people_or_roles_that_one_lacks_is_not_given(boss: User) -> None:
    with pytest.raises(NotTheirsToGive, match="You lack this right"):
        save(Role(name="Clerk", rank=1), boss, grant("teams.company", "change", Scope.ALL))
    with pytest.raises(NotTheirsToGive, match="You lack this right"):
        save(Role(name="Clerk", rank=1), boss, grant("teams.user", "delete", Scope.TEAM))
    given = save(Role(name="Clerk", rank=1), boss, grant("teams.user", "change", Scope.TEAM))
    assert given.grants.get().scope == Scope.TEAM


def test_a_field_that_is_closed_to_the_actor_stays_closed_below_him(boss: User) -> None:
    assert boss.role is not None
    boss.role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    boss.role.field_rules.create(record_type="clients.client", field="name", access=FieldAccess.HIDDEN)
    name = rule("name", FieldAccess.READ_ONLY)
    with pytest.raises(NotTheirsToGive, match="tax_id"):
        save(Role(name="Clerk", rank=1), boss, rule("tax_id", FieldAccess.READ_ONLY), name)
    with pytest.raises(NotTheirsToGive, match="name"):
        save(Role(name="Clerk", rank=1), boss, rule("tax_id"))
    assert save(Role(name="Clerk", rank=1), boss, rule("tax_id"), name).field_rules.count() == 2


# What a role can hold


@pytest.mark.parametrize(
    "wrong",
    [
        grant("gone.thing"),
        grant("Clients.Client"),
        grant("teams.membership"),
        grant(action="own"),
        grant(scope=5),
        grant("teams.user", "view", Scope.ALL),
        grant("teams.company", "change", Scope.TEAM),
        grant("teams.role", "export", Scope.ALL),
        rule("gone"),
        rule("version"),
        rule("name"),
        rule("email", record_type="teams.user"),
        rule("tax_id", "open"),
    ],
    ids=str,
)
def test_what_does_not_exist_is_refused(dana: User, wrong: Grant | FieldRule) -> None:
    with pytest.raises(ValidationError):
        save(Role(name="Clerk", rank=1), dana, grant(action="export"), wrong)
    assert not Role.objects.filter(name="Clerk").exists()
    assert save(Role(name="Clerk", rank=1), dana, grant(action="export")).grants.count() == 1


def test_the_same_right_or_field_stands_once(dana: User) -> None:
    for twice in ([grant(), grant(scope=Scope.ALL)], [rule("tax_id"), rule("tax_id", FieldAccess.READ_ONLY)]):
        with pytest.raises(ValidationError):
            save(Role(name="Clerk", rank=1), dana, *twice)


def test_who_is_bound_to_a_second_factor_does_not_switch_it_off(boss: User, dana: User) -> None:
    assert boss.role is not None
    role = RoleFactory(rank=10, needs_second_factor=True)
    Role.objects.filter(pk=boss.role.pk).update(needs_second_factor=True)
    bound = User.objects.get(pk=boss.pk)
    role.needs_second_factor = False
    with pytest.raises(NotTheirsToGive):
        save(role, bound)
    assert Role.objects.get(pk=role.pk).needs_second_factor
    assert not save(role, dana).needs_second_factor


# Two editors


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(boss: User, dana: User) -> None:
    role = RoleFactory(rank=10)
    seen_by_both = latest_version(role)
    save(role, boss, grant(scope=Scope.ALL), read_version=seen_by_both)
    with pytest.raises(StaleRole):
        save(Role.objects.get(pk=role.pk), dana, grant(), read_version=seen_by_both)
    assert role.grants.get().scope == Scope.ALL
    save(Role.objects.get(pk=role.pk), dana, grant(), read_version=latest_version(role))
    assert role.grants.get().scope == Scope.OWN


# Deleting


def test_a_role_goes_when_nobody_has_it_and_nobody_waits_for_it(boss: User) -> None:
    role = RoleFactory(rank=10)
    holder = UserFactory(role=role, is_active=False)
    soon = timezone.now() + timedelta(days=1)
    invited = Invitation.objects.create(
        email="eva@porada.example", role=role, inviter=boss, expires_at=soon, secret_digest="1"
    )
    with pytest.raises(RoleStillUsed) as refusal:
        delete_role(role, actor=boss)
    assert len(refusal.value.reasons) == 2
    User.objects.filter(pk=holder.pk).update(role=None)
    with pytest.raises(RoleStillUsed, match="invited"):
        delete_role(role, actor=boss)
    Invitation.objects.update(revoked_at=timezone.now())
    key = role.pk
    delete_role(role, actor=boss)
    assert not Role.objects.filter(pk=key).exists()
    invited.refresh_from_db()
    assert invited.role is None
    history: Any = Role.history.model  # type: ignore[attr-defined]
    assert list(history.objects.filter(id=key).values_list("history_type", "history_user")) == [("-", boss.pk)]


# History


def test_history_tells_in_words_what_changed_and_who_did_it(boss: User, dana: User) -> None:
    role = save(Role(name="Clerk", rank=10), boss, grant(action="export", scope=Scope.OWN))
    role.name = "Seller"
    rights = (grant(action="export", scope=Scope.ALL), grant("teams.user", "change", Scope.TEAM))
    save(role, dana, *rights, rule("phones", record_type="contacts.contact"))
    newest, first = role_versions(role, dana).versions
    assert (newest.who, first.who) == (dana, boss)
    told = {change.label: (change.old, change.new) for change in newest.changes}
    assert told == {
        "Name": ("Clerk", "Seller"),
        "Clients · Export": ("Own", "All"),
        "Users · Change": ("None", "Team"),
        "Contacts · Phones": ("Open", "Hidden"),
    }
    assert ("Clients · Export", "None", "Own") in [(c.label, c.old, c.new) for c in first.changes]


def test_saving_without_a_change_keeps_the_history_quiet_about_rights(dana: User) -> None:
    role = save(Role(name="Clerk", rank=10), dana, grant())
    save(role, dana, grant())
    assert role_versions(role, dana).versions[0].changes == []


# Contradictions


def test_contradictions_are_named_in_words() -> None:
    kind = "clients.client"
    assert contradictions({}, {}) == []
    assert contradictions({(kind, "view"): 4, (kind, "change"): 2, (kind, "add"): 1}, {}) == []
    (blind,) = contradictions({(kind, "change"): 1, (kind, "export"): 4}, {})
    assert blind.startswith("Clients: Change, Export without View.")
    (far,) = contradictions({(kind, "view"): 1, (kind, "export"): 4}, {})
    assert "Export" in far
    assert "“Own”" in far
    (locked,) = contradictions({(kind, "view"): 4, (kind, "assign"): 4}, {(kind, "owner"): "read_only"})
    assert "handed over" in locked
    (roles,) = contradictions({("teams.role", "change"): 4}, {})
    assert roles.startswith("Roles: Change")


def test_the_rights_of_the_actor_are_read_anew_after_he_saved_a_role(dana: User, boss: User) -> None:
    role = boss.role
    assert role is not None
    other = User.objects.get(pk=boss.pk)
    assert rights_of(other).grants
    save(role, dana)
    assert not rights_of(User.objects.get(pk=boss.pk)).grants
    assert [action for action in Action if rights_of(dana).scope(Role, action)] == list(Action)
