"""Every write to roles, and who is given them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action, FieldAccess, Scope, forget_rights
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, CREATED, record_versions
from teams.models import FieldRule, Grant, Invitation, Role, Team, User
from teams.ready_roles import READY_ROLES, ReadyRole
from teams.selectors.reach import refuse_unless_managed
from teams.selectors.roles import Reach, grants_of, latest_version
from teams.services.roles_rules import (
    NotTheirsToGive,
    StaleRole,
    checked_grants,
    checked_rules,
    refuse_loosening,
    refuse_unless_deletable,
    refuse_unless_may,
    refuse_unless_theirs_to_give,
)
from teams.services.structure import refuse_to_show_more, refuse_unless_as_much

__all__ = [
    "NotTheirsToGive",
    "delete_role",
    "give_role",
    "install_ready_roles",
    "refuse_unless_theirs_to_give",
    "save_role",
]

_ROLE_GIVEN = gettext_noop("Changed the role")


@transaction.atomic
def install_ready_roles() -> dict[str, Role]:
    """The ready roles by name, those that were missing made; a role that exists stays as its admins left it."""
    return {ready.name: _find_or_make(ready) for ready in READY_ROLES}


def _find_or_make(ready: ReadyRole) -> Role:
    role, is_new = Role.objects.get_or_create(
        name=ready.name, defaults={"rank": ready.rank, "description": ready.description}
    )
    if is_new:
        Grant.objects.bulk_create(_grants(role, ready.grants))
        FieldRule.objects.bulk_create(_rules(role, ready.rules))
        record_versions(Role, [role.pk], actor=None, kind=CREATED)
    return role


def _grants(role: Role, reach: Mapping[str, Mapping[Action, Scope]]) -> list[Grant]:
    return [
        Grant(role=role, record_type=record_type, action=action, scope=scope)
        for record_type, scopes in reach.items()
        for action, scope in scopes.items()
    ]


def _rules(role: Role, rules: Mapping[str, Mapping[str, FieldAccess]]) -> list[FieldRule]:
    return [
        FieldRule(role=role, record_type=record_type, field=name, access=access)
        for record_type, accesses in rules.items()
        for name, access in accesses.items()
    ]


@transaction.atomic
def save_role(
    role: Role,
    *,
    actor: User,
    grants: Iterable[Grant],
    field_rules: Iterable[FieldRule],
    read_version: int | None = None,
) -> Role:
    """Store a role with exactly these grants and rules.

    `read_version` is what `latest_version` said when the role was read; None does not ask. Raises PermissionDenied,
    NotTheirsToGive for what the role was and for what it becomes, StaleRole, ValidationError.
    """
    refuse_unless_may(actor, Action.ADD if role.pk is None else Action.CHANGE)
    if role.pk is not None:
        _prepare_change(role, actor=actor, read_version=read_version)
    kept_grants, kept_rules = checked_grants(list(grants)), checked_rules(list(field_rules))
    kind = CREATED if role.pk is None else CHANGED
    former = {} if role.pk is None else grants_of(Role(pk=role.pk))
    role.full_clean()
    role.save()
    role.grants.all().delete()
    role.field_rules.all().delete()
    Grant.objects.bulk_create(
        Grant(role=role, **_values(grant, "record_type", "action", "scope")) for grant in kept_grants
    )
    FieldRule.objects.bulk_create(
        FieldRule(role=role, **_values(rule, "record_type", "field", "access")) for rule in kept_rules
    )
    refuse_unless_theirs_to_give(role, actor=actor)
    _refuse_showing_more(role, former, actor=actor)
    forget_rights(actor)
    record_versions(Role, [role.pk], actor=actor, kind=kind)
    return role


def _refuse_showing_more(role: Role, former: Reach, *, actor: User) -> None:
    """A right that grew shows those who have the role no team's records that the actor does not reach himself."""
    if all(scope <= former.get(key, Scope.NONE) for key, scope in grants_of(role).items()):
        return
    for team in Team.objects.filter(people__role=role).distinct():
        refuse_to_show_more(role, team, actor)


def _prepare_change(role: Role, *, actor: User, read_version: int | None) -> None:
    # Locked: of two who save at the same moment the second is told.
    stored = Role.objects.select_for_update().get(pk=role.pk)
    refuse_unless_theirs_to_give(stored, actor=actor)
    if read_version is not None and read_version != latest_version(stored):
        raise StaleRole
    refuse_loosening(role, stored, actor=actor)
    begin_history(Role, [role.pk])


@transaction.atomic
def delete_role(role: Role, *, actor: User) -> None:
    """Remove a role that nobody has and nobody is invited with.

    Raises PermissionDenied, NotTheirsToGive, RoleStillUsed.
    """
    stored = Role.objects.select_for_update().get(pk=role.pk)
    refuse_unless_deletable(stored, actor=actor)
    # Invitations that are over name the role for nobody's sake.
    Invitation.objects.filter(role=stored).update(role=None)
    # The library writes the last version of what is deleted.
    stored._history_user = actor  # type: ignore[attr-defined]
    stored.delete()


@transaction.atomic
def give_role(user: User, role: Role | None, *, actor: User) -> User:
    """Hand a role out, or take it away, to somebody whom the actor manages.

    Raises NotTheirsToGive for the new role and for the one that is taken, NotTheirsToManage for the person.
    """
    current = User.objects.select_for_update(of=("self",)).select_related("role").get(pk=user.pk)
    if current.is_superuser and not actor.is_superuser:
        raise NotTheirsToGive(_("Only an administrator changes an administrator."))
    # Read anew, and locked: what is handed out is what is judged.
    wanted = None if role is None else Role.objects.select_for_update().get(pk=role.pk)
    for concerned in (current.role, wanted):
        if concerned is not None:
            refuse_unless_theirs_to_give(concerned, actor=actor)
    refuse_unless_managed(current, actor=actor)
    if wanted is not None and wanted.pk != current.role_id:
        # Who was put into a team without a role gets there no more by the role either.
        refuse_unless_as_much(wanted, current, actor)
    begin_history(User, [user.pk])
    user.role = role
    user.save(update_fields=["role"])
    forget_rights(user)
    record_versions(User, [user.pk], actor=actor, kind=CHANGED, reason=_ROLE_GIVEN)
    return user


def _values(row: models.Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
