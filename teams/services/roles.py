"""Every write to roles, and who is given them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action, FieldAccess, Scope, forget_rights, rights_of
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, record_versions
from teams.models import FieldRule, Grant, Role, User
from teams.ready_roles import READY_ROLES, ReadyRole
from teams.selectors.reach import refuse_unless_managed

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


class NotTheirsToGive(PermissionDenied):
    """A role that outranks its giver, or that holds a right which its giver lacks."""


def refuse_unless_theirs_to_give(role: Role, *, actor: User) -> None:
    """Roles are made and handed out only below one's own rank, with no right that one lacks oneself.

    Superusers stand above every rank. Raises NotTheirsToGive with a sentence for the actor.
    """
    if actor.is_superuser and actor.is_active:
        return
    own = actor.role
    if own is None or not actor.is_active or role.rank >= own.rank:
        raise NotTheirsToGive(_("The role “%(role)s” is not of a lower rank than your own.") % {"role": role})
    rights = rights_of(actor)
    for grant in role.grants.all():
        if grant.scope > rights.grants.get((grant.record_type, grant.action), Scope.NONE):
            raise NotTheirsToGive(_("You lack this right yourself: %(right)s") % {"right": grant})
    given = {(rule.record_type, rule.field): rule.access for rule in role.field_rules.all()}
    for record_type, rules in rights.field_rules.items():
        for name, access in rules.items():
            if given.get((record_type, name)) not in {access, FieldAccess.HIDDEN}:
                raise NotTheirsToGive(_("The role opens a field that is closed to you: %(field)s") % {"field": name})


@transaction.atomic
def save_role(role: Role, *, actor: User, grants: Iterable[Grant], field_rules: Iterable[FieldRule]) -> Role:
    """Store a role with exactly these grants and rules. Raises NotTheirsToGive, for what it was and what it becomes."""
    stored = Role.objects.filter(pk=role.pk).first()
    if stored is not None:
        refuse_unless_theirs_to_give(stored, actor=actor)
    role.full_clean()
    role.save()
    role.grants.all().delete()
    role.field_rules.all().delete()
    Grant.objects.bulk_create(Grant(role=role, **_values(grant, "record_type", "action", "scope")) for grant in grants)
    FieldRule.objects.bulk_create(
        FieldRule(role=role, **_values(rule, "record_type", "field", "access")) for rule in field_rules
    )
    refuse_unless_theirs_to_give(role, actor=actor)
    return role


@transaction.atomic
def give_role(user: User, role: Role | None, *, actor: User) -> User:
    """Hand a role out, or take it away, to somebody whom the actor manages.

    Raises NotTheirsToGive for the new role and for the one that is taken, NotTheirsToManage for the person.
    """
    current = User.objects.select_for_update(of=("self",)).select_related("role").get(pk=user.pk)
    if current.is_superuser and not actor.is_superuser:
        raise NotTheirsToGive(_("Only an administrator changes an administrator."))
    for concerned in (current.role, role):
        if concerned is not None:
            refuse_unless_theirs_to_give(concerned, actor=actor)
    refuse_unless_managed(current, actor=actor)
    begin_history(User, [user.pk])
    user.role = role
    user.save(update_fields=["role"])
    forget_rights(user)
    record_versions(User, [user.pk], actor=actor, kind=CHANGED, reason=_ROLE_GIVEN)
    return user


def _values(row: models.Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
