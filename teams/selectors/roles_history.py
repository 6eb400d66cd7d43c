"""What changed in a role, in words: "Clients · Export: Own → All"."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.registry import record_model_of
from crm.access.rights import Action, FieldAccess, Scope
from crm.history.comparing import Change
from crm.history.plain import PlainPage, PlainVersion, plain_page
from teams.models import Role
from teams.selectors.roles import type_label

Parts = Mapping[str, Iterable[Mapping[str, Any]]]


def role_versions(role: Role, reader: Any, *, before: int | None = None, most: int | None = None) -> PlainPage:
    """Versions of a role below the key `before`, newest first; at most a page of them, or `most`."""
    page = plain_page(Role, role.pk, reader, before=before)
    parts = _parts_of(role, page)
    keys = sorted(parts, reverse=True)
    older: dict[int, Parts] = {key: parts[below] for key, below in pairwise(keys)}
    versions = [
        replace(version, changes=_told(version, older.get(version.key, {}), parts[version.key]))
        for version in page.versions[:most]
    ]
    return PlainPage(versions, page.older_before)


def _parts_of(role: Role, page: PlainPage) -> dict[int, Parts]:
    """The parts of the versions shown, and of the one below them, by key."""
    if not page.versions:
        return {}
    history: Any = Role.history.model
    rows = history.objects.filter(id=role.pk, history_id__lte=page.versions[0].key).order_by("-history_id")
    return dict(rows.values_list("history_id", "parts")[: len(page.versions) + 1])


def _told(version: PlainVersion, old: Parts, new: Parts) -> list[Change]:
    fields = [change for change in version.changes if change.name not in Role.PARTS]
    return [*fields, *_grant_changes(_grants(old), _grants(new)), *_rule_changes(_rules(old), _rules(new))]


def _grants(parts: Parts) -> dict[tuple[str, str], int]:
    return {(row["record_type"], row["action"]): row["scope"] for row in parts.get("grants", ())}


def _rules(parts: Parts) -> dict[tuple[str, str], str]:
    return {(row["record_type"], row["field"]): row["access"] for row in parts.get("field_rules", ())}


def _grant_changes(old: dict[tuple[str, str], int], new: dict[tuple[str, str], int]) -> list[Change]:
    scopes = dict(Scope.choices)
    return [
        Change("grants", _grant_label(*key), str(scopes[old.get(key, 0)]), str(scopes[new.get(key, 0)]))
        for key in _ordered({*old, *new})
        if old.get(key, 0) != new.get(key, 0)
    ]


def _rule_changes(old: dict[tuple[str, str], str], new: dict[tuple[str, str], str]) -> list[Change]:
    accesses = dict(FieldAccess.choices)
    opened = _("Open")
    return [
        Change(
            "field_rules",
            _field_label(*key),
            str(accesses.get(old.get(key, ""), opened)),
            str(accesses.get(new.get(key, ""), opened)),
        )
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _ordered(keys: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """By record type, its actions as the matrix has them."""
    return sorted(keys, key=lambda key: (key[0], Action.values.index(key[1])))


def _grant_label(record_type: str, action: str) -> str:
    return f"{type_label(record_type)} · {Action(action).label}"


def _field_label(record_type: str, name: str) -> str:
    model = record_model_of(record_type)
    labels = dict(model.ruled_fields()) if model else {}
    return f"{type_label(record_type)} · {capfirst(labels.get(name, name))}"
