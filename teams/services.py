"""Every write to users, roles and teams."""

from collections.abc import Mapping

from django.db import transaction

from crm.access.rights import Action, FieldAccess, Scope
from teams.models import FieldRule, Grant, Role
from teams.ready_roles import READY_ROLES, ReadyRole


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
