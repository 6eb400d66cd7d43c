"""Reads about roles: who has them, what they say, and what in them contradicts itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.registry import managed_type_of, managed_types, record_model_of, record_models
from crm.access.rights import Action, FieldAccess, Scope, may
from crm.history.plain import latest_key
from teams.models import Role, User

Reach = Mapping[tuple[str, str], int]


def latest_version(role: Role) -> int:
    """The key of the newest version of a role; 0 when its history has not begun."""
    return latest_key(Role, role.pk)


def roles_with_counts() -> QuerySet[Role]:
    """By rank, the highest first; each with `people_count`, those who left not counted."""
    counted = Role.objects.annotate(people_count=Count("users", filter=Q(users__is_active=True)))
    # Grouped queries leave the order of the model out.
    return counted.order_by("-rank", "name")


def people_with(role: Role) -> QuerySet[User]:
    """Who has the role, those who left last."""
    return role.users.order_by("-is_active", "first_name", "last_name", "username")


def roles_changed_by(actor: User, action: Action = Action.CHANGE) -> QuerySet[Role]:
    """Roles of a lower rank than the actor's own, when he may do this with roles at all."""
    if not may(actor, action, Role):
        return Role.objects.none()
    if actor.is_superuser:
        return Role.objects.all()
    return Role.objects.filter(rank__lt=actor.role.rank) if actor.role is not None else Role.objects.none()


# What a role says


@dataclass(frozen=True)
class Cell:
    """One action on one type: `scope` is None where the type has no such action."""

    action: Action
    scope: Scope | None


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class ClosedFields:
    """The fields and parts of a record type that a role closes, by their labels."""

    label: str
    hidden: list[str]
    read_only: list[str]


def grants_of(role: Role) -> dict[tuple[str, str], int]:
    return {(grant.record_type, grant.action): grant.scope for grant in role.grants.all()}


def rules_of(role: Role) -> dict[tuple[str, str], str]:
    return {(rule.record_type, rule.field): rule.access for rule in role.field_rules.all()}


def matrix_of(reach: Reach) -> list[Group]:
    """Record types first, then what is managed by rights and is no record."""
    records = [_row(model, reach, dict.fromkeys(Action, True)) for model in record_models()]
    managed = [_row(one.model, reach, one.scopes) for one in managed_types()]
    return [Group(_("Records"), records), Group(_("Administration"), managed)]


def _row(model: Any, reach: Reach, actions: Mapping[Action, Any]) -> Row:
    label = model._meta.label_lower
    cells = [Cell(action, Scope(reach.get((label, action), 0)) if action in actions else None) for action in Action]
    return Row(type_name(model), cells)


def type_name(model: Any) -> str:
    """The plural of a record type; the company is one."""
    is_single = model._meta.label_lower == "teams.company"
    return str(capfirst(model._meta.verbose_name if is_single else model._meta.verbose_name_plural))


def type_label(record_type: str) -> str:
    """The name of a record type or managed type; its key when no app knows it any more."""
    managed = managed_type_of(record_type)
    model = managed.model if managed else record_model_of(record_type)
    return type_name(model) if model else record_type


def closed_fields(rules: Mapping[tuple[str, str], str]) -> list[ClosedFields]:
    found = []
    for model in record_models():
        closed = {name: access for (kind, name), access in rules.items() if kind == model._meta.label_lower}
        labels = [(str(capfirst(label)), closed.get(name)) for name, label in model.ruled_fields()]
        hidden = [label for label, access in labels if access == FieldAccess.HIDDEN]
        read_only = [label for label, access in labels if access == FieldAccess.READ_ONLY]
        if hidden or read_only:
            found.append(ClosedFields(type_name(model), hidden, read_only))
    return found


# Contradictions


def contradictions(reach: Reach, rules: Mapping[tuple[str, str], str]) -> list[str]:
    """What in a role does nothing, or less than it says, in plain words."""
    found = []
    for model in record_models():
        label, name = model._meta.label_lower, type_name(model)
        scopes = {action: Scope(reach.get((label, action), 0)) for action in Action}
        found += _without_view(name, scopes) or _beyond_view(name, scopes)
        found += _locked_handover(name, scopes, {field for (kind, field) in rules if kind == label})
    return found + _without_page_of_roles(reach)


def _without_view(name: str, scopes: Mapping[Action, Scope]) -> list[str]:
    others = [action for action, scope in scopes.items() if scope and action != Action.VIEW]
    if scopes[Action.VIEW] or not others:
        return []
    words = {"type": name, "actions": _listed(others)}
    return [_("%(type)s: %(actions)s without View. Nobody acts on what he does not see, so this does nothing.") % words]


def _beyond_view(name: str, scopes: Mapping[Action, Scope]) -> list[str]:
    """Adding has no reach: a new record belongs to its author."""
    view = scopes[Action.VIEW]
    beyond = [action for action, scope in scopes.items() if scope > view and action not in (Action.VIEW, Action.ADD)]
    if not beyond:
        return []
    words = {"type": name, "actions": _listed(beyond), "scope": view.label}
    return [
        _(
            "%(type)s: wider than View: %(actions)s. This counts only for what is in sight: “%(scope)s”, and what is"
            " shared."
        )
        % words
    ]


def _locked_handover(name: str, scopes: Mapping[Action, Scope], closed: set[str]) -> list[str]:
    if not scopes[Action.ASSIGN] or not closed & {"owner", "team"}:
        return []
    return [
        _("%(type)s: Assign is given, and owner or team is closed. Nothing can be handed over like this.")
        % {"type": name}
    ]


def _without_page_of_roles(reach: Reach) -> list[str]:
    label = Role._meta.label_lower
    given = [action for action in (Action.ADD, Action.CHANGE, Action.DELETE) if reach.get((label, action), 0)]
    if not given or reach.get((label, Action.VIEW), 0):
        return []
    words = {"actions": _listed(given)}
    return [_("Roles: %(actions)s without View. The pages of roles open only to who may view them.") % words]


def _listed(actions: Iterable[Action]) -> str:
    return ", ".join(str(action.label) for action in actions)
