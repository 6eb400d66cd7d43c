"""Fetching the record of a page: out of sight is 404, in sight but not allowed is 403."""

from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from crm.access.models import Record
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, hidden_fields, locked_fields
from crm.pages.rows import read_alive

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class EditableFields:
    """Tells a template which fields the reader may write: `{% if permissions.may_edit.city %}`."""

    actions: frozenset[Action]
    locked: frozenset[str]

    def __getitem__(self, name: str) -> bool:
        is_given_away = name in {"owner", "team"}
        is_allowed = Action.CHANGE in self.actions and (not is_given_away or Action.ASSIGN in self.actions)
        return is_allowed and name not in self.locked


@dataclass(frozen=True)
class Permissions:
    """What the reader may do with the record of the page; for templates. `locked` names what his role locks."""

    actions: frozenset[Action]
    locked: frozenset[str] = frozenset()

    @property
    def may_edit(self) -> EditableFields:
        return EditableFields(self.actions, self.locked)

    @property
    def can_change(self) -> bool:
        return Action.CHANGE in self.actions

    @property
    def can_delete(self) -> bool:
        return Action.DELETE in self.actions

    @property
    def can_assign(self) -> bool:
        return Action.ASSIGN in self.actions

    @property
    def can_share(self) -> bool:
        return Action.SHARE in self.actions


def fetch_record(
    model: type[R], pk: UUID, *, reader: Any, action: Action = Action.VIEW, related: tuple[str, ...] = ()
) -> tuple[R, Permissions]:
    """The record with what the reader may do with it. Raises Http404, PermissionDenied."""
    record = read_alive(model, pk, related)
    actions = allowed_actions(record, reader) if record else frozenset()
    if record is None or not actions:
        raise Http404
    if action not in actions:
        raise PermissionDenied
    permissions = Permissions(actions, locked_fields(reader, model))
    # The panels of the page ask again: the record lives as long as the request, and the reader is this very one.
    record._fetched_for = (reader, permissions)
    return cast(R, record), permissions


def permissions_on(record: Record, reader: Any) -> Permissions:
    """What the reader may do with a record in his hands; at no query when it was fetched for him."""
    fetched_for, permissions = getattr(record, "_fetched_for", (None, None))
    if permissions is not None and fetched_for is reader:
        return cast(Permissions, permissions)
    return Permissions(allowed_actions(record, reader), locked_fields(reader, type(record)))


def fetch_binned(model: type[R], pk: UUID, *, reader: Any) -> R:
    """A record in the recycle bin that the reader may restore. Raises Http404."""
    record: Any = model.objects.in_bin_of(reader).filter(pk=pk).first()
    if record is None:
        raise Http404
    return cast(R, record)


@dataclass(frozen=True)
class FieldSight:
    """Tells a template whether a field or part is in the reader's sight: `{% if sees.phones %}`."""

    hidden: frozenset[str]

    def __getitem__(self, name: str) -> bool:
        return name not in self.hidden


def sight_of(reader: Any, model: type[Record]) -> FieldSight:
    return FieldSight(hidden_fields(reader, model))
