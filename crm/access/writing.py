"""The one way a record is written: the row, its parts and its version, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.models import Record
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, locked_fields, may
from crm.access.ways import givable_by
from crm.history.writing import CHANGED, CREATED, record_versions
from crm.notifications.services import notify
from crm.timeline import writing as timeline

R = TypeVar("R", bound=Record)
Parts = Mapping[str, Sequence[Any]]
#: Sent in the transaction of every write below, by the type of the record: `record`, `fields` (the names of those that
#: changed and are told) and `is_new`. For what an upper app keeps about records; bulk writes do not send it.
written = Signal()


class StaleVersion(Exception):
    """The record was saved by somebody else since it was read; `current` is how it stands now."""

    def __init__(self, current: Record) -> None:
        super().__init__(_("Somebody saved this record while you were editing it."))
        self.current = current


class Refused(PermissionDenied):
    """Not allowed, and its text tells the user why; `field` is the one of a form that it speaks of, if any."""

    field = ""


class LeavesScope(Refused):
    """The write would put the record out of its author's own reach."""

    def __init__(self) -> None:
        super().__init__(_("With this owner and team you could no longer edit the record. Hand it over instead."))


@transaction.atomic
def create_record(record: R, *, actor: Any, parts: Parts | None = None, reason: str = "") -> R:
    """Store a new record with its parts and first version. Raises PermissionDenied, LeavesScope."""
    model = type(record)
    if not may(actor, Action.ADD, model):
        raise PermissionDenied
    locked = locked_fields(actor, model) - model.NEEDED_AT_CREATION
    for name in _columns(locked, model):
        field: Any = model._meta.get_field(name)
        setattr(record, name, field.get_default())
    parts = {name: rows for name, rows in (parts or {}).items() if name not in locked}
    _keep_locked_cells(record, parts, locked)
    record.version = 1
    record.created_at = record.updated_at = timezone.now()
    _store(record, parts, actor=actor, kind=CREATED, reason=reason, change_set=None)
    _refuse_leaving(record, actor, action=Action.VIEW)
    timeline.record("records.created", record, actor=actor)
    _announce(record, is_new=True)
    return record


@transaction.atomic
def create_follower(record: R, *, actor: Any, parts: Parts | None = None, reason: str = "") -> R:
    """Store a new record whole, as it follows from an act that was allowed on the one before it.

    What the actor's role lets him add or write is no question here: nobody chose what it holds.
    """
    record.version = 1
    record.created_at = record.updated_at = timezone.now()
    _store(record, parts, actor=actor, kind=CREATED, reason=reason, change_set=None)
    timeline.record("records.created", record, actor=actor)
    _announce(record, is_new=True)
    return record


@transaction.atomic
def change_record(
    record: R, *, actor: Any, parts: Parts | None = None, reason: str = "", change_set: UUID | None = None
) -> R:
    """Store a changed record; parts that are not named stay as they are.

    `record.version` is the version the change was based on. Fields that the actor's role locks keep their stored
    values, whatever the instance holds. Raises StaleVersion, PermissionDenied, LeavesScope.
    """
    model = type(record)
    current = lock_record(record)
    if not model.objects.editable_by(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    locked = locked_fields(actor, model)
    for name in _columns(locked, model):
        setattr(record, name, getattr(current, name))
    is_given_away = (record.owner_id, record.team_id) != (current.owner_id, current.team_id)
    if is_given_away and not model.objects.assignable_by(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    kept = {name: rows for name, rows in (parts or {}).items() if name not in locked}
    _keep_locked_cells(record, kept, locked)
    record.version = current.version + 1
    record.updated_at = timezone.now()
    news = _news(current, record, kept)
    _store(record, kept, actor=actor, kind=CHANGED, reason=reason, change_set=change_set)
    if is_given_away:
        _refuse_leaving(record, actor, action=Action.CHANGE)
    _tell_change("records.changed", record, actor=actor, news=news)
    if "owner" in news:
        _tell_owner(record, actor=actor)
    _announce(record, news)
    return record


@transaction.atomic
def hand_over(record: R, *, owner: Any, team: Any, actor: Any) -> R:
    """Give a record to another owner and team, even out of the actor's own reach.

    Nothing else of the instance is stored. Raises StaleVersion, and PermissionDenied when the actor may not assign
    this record or does not see what its owner sees by it.
    """
    model = type(record)
    current = lock_record(record)
    if not model.objects.assignable_by(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    if locked_fields(actor, model) & {"owner", "team"}:
        raise PermissionDenied
    if not givable_by(actor, model.objects.filter(pk=record.pk)).exists():
        raise PermissionDenied
    record.owner, record.team = owner, team
    news = [name for name in ("owner", "team") if getattr(record, f"{name}_id") != getattr(current, f"{name}_id")]
    _store_only(record, ["owner", "team"], actor=actor, reason=gettext_noop("Handed over"))
    _tell_change("records.handed_over", record, actor=actor, news=news)
    if "owner" in news:
        _tell_owner(record, actor=actor)
    _announce(record, news)
    return record


@transaction.atomic
def change_fields(record: R, names: Sequence[str], *, actor: Any, reason: str = "") -> R:
    """Store these fields of the instance as a new version, and nothing else of it; telling of it is the caller's.

    For fields that follow from an act and stand on no form: what the role locks is the caller's question too.
    Raises StaleVersion, PermissionDenied.
    """
    lock_record(record)
    if not type(record).objects.editable_by(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    _store_only(record, names, actor=actor, reason=reason)
    _announce(record, names)
    return record


@transaction.atomic
def move_to_bin(record: R, *, actor: Any) -> R:
    """Out of every list, kept with all its parts. Raises StaleVersion, PermissionDenied."""
    model = type(record)
    lock_record(record)
    if not model.objects.deletable_by(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    _mark_deleted(record, timezone.now(), actor=actor, reason=gettext_noop("Moved to the recycle bin"))
    timeline.record("records.binned", record, actor=actor)
    return record


@transaction.atomic
def restore_from_bin(record: R, *, actor: Any) -> R:
    """Back into the lists as it was. Raises StaleVersion, PermissionDenied."""
    model = type(record)
    lock_record(record)
    if not model.objects.in_bin_of(actor).filter(pk=record.pk).exists():
        raise PermissionDenied
    _mark_deleted(record, None, actor=actor, reason=gettext_noop("Restored from the recycle bin"))
    timeline.record("records.restored", record, actor=actor)
    return record


def lock_record(record: R) -> R:
    """The stored row, locked for this transaction. Raises StaleVersion when it is not the version that was read."""
    current = cast(R, type(record).objects.select_for_update().get(pk=record.pk))
    if current.version != record.version:
        raise StaleVersion(current)
    return current


def _columns(names: Collection[str], model: type[Record]) -> set[str]:
    """Without parts and fields of their rows."""
    return {name for name in names if name not in model.PARTS and "." not in name}


def _keep_locked_cells(record: Record, parts: Parts, locked: Collection[str]) -> None:
    """Known rows get back what is stored in the fields that the actor's role locks, new ones what a row begins with."""
    for part, _dot, name in (each.partition(".") for each in locked):
        rows = parts.get(part, ()) if name else ()
        if not rows:
            continue
        field = type(record).part_model(part)._meta.get_field(name)
        known = [row.pk for row in rows if row.pk]
        stored = dict(field.model._default_manager.filter(pk__in=known).values_list("pk", field.attname))
        for row in rows:
            setattr(row, field.attname, stored.get(row.pk, field.get_default()))


def _mark_deleted(record: R, moment: datetime | None, *, actor: Any, reason: str) -> R:
    record.deleted_at = moment
    _store_only(record, ["deleted_at"], actor=actor, reason=reason)
    _announce(record, ["deleted_at"])
    return record


def _store_only(record: R, names: Sequence[str], *, actor: Any, reason: str) -> R:
    """Store these fields as a new version, whatever else the instance holds."""
    record.version += 1
    record.updated_at = timezone.now()
    record.skip_history_when_saving = True  # type: ignore[attr-defined]
    record.save(update_fields=[*names, "version", "updated_at"])
    record_versions(type(record), [record.pk], actor=actor, kind=CHANGED, reason=reason)
    return record


def _store(record: R, parts: Parts | None, *, actor: Any, kind: str, reason: str, change_set: UUID | None) -> None:
    # The library would write its version before the parts are stored, and without them.
    record.skip_history_when_saving = True  # type: ignore[attr-defined]
    given, is_new = dict(parts or {}), kind == CREATED
    untouched = {} if is_new else stored_parts(record, besides=given)
    record.search_doc = record.build_search_doc({**untouched, **given})
    record.save(force_insert=is_new)
    for name, rows in given.items():
        if is_new:
            insert_part(record, name, rows)
        else:
            replace_part(record, name, rows)
    record_versions(type(record), [record.pk], actor=actor, kind=kind, reason=reason, change_set=change_set)


def stored_parts(record: Record, *, besides: Collection[str] = ()) -> dict[str, list[models.Model]]:
    """The parts as they are in the database, past any prefetch; without those that are named in `besides`."""
    found = {}
    for name in record.PARTS:
        if name in besides:
            continue
        relation: Any = record._meta.get_field(name)
        rows = relation.related_model.objects.filter(**{relation.field.name: record})
        found[name] = list(rows)
    return found


def insert_part(record: models.Model, name: str, rows: Sequence[Any]) -> None:
    """Store these as new rows of the part, in this order, whatever keys they carry."""
    link = record._meta.get_field(name).field.name  # type: ignore[union-attr]
    for position, row in enumerate(rows):
        setattr(row, link, record)
        row.position = position
        row.pk = None
        row._state.adding = True
        row.save()


def replace_part(record: models.Model, name: str, rows: Sequence[Any]) -> None:
    """Make these the rows of a part, in this order: known ones updated, new ones added, others deleted.

    A row that carries the key of a row of another record is stored as a new one.
    """
    relation: Any = record._meta.get_field(name)
    link = relation.field.name
    present = relation.related_model.objects.filter(**{link: record})
    present_keys = set(present.values_list("pk", flat=True))
    for position, row in enumerate(rows):
        setattr(row, link, record)
        row.position = position
        if row.pk not in present_keys:
            row.pk = None
            row._state.adding = True
    present.exclude(pk__in=[row.pk for row in rows if row.pk]).delete()
    for row in rows:
        row.save()


def _news(current: Record, record: Record, parts: Parts) -> list[str]:
    """The fields and parts whose change is told on the timeline; call it while `current` is still what is stored."""
    told = type(record).TOLD_CHANGES
    names = {field.name: field.attname for field in record._meta.concrete_fields if field.name in told}
    changed = [name for name, attname in names.items() if getattr(record, attname) != getattr(current, attname)]
    given = {name: rows for name, rows in parts.items() if name in told}
    stored = stored_parts(current, besides=set(record.PARTS) - set(given))
    return changed + [
        name for name, rows in given.items() if _said(record, name, stored[name]) != _said(record, name, rows)
    ]


def _said(record: Record, name: str, rows: Sequence[Any]) -> list[tuple[str, ...]]:
    """What the rows of a part say, in no order, without their keys and without what fields of the record tell too."""
    part = type(record).part_model(name)
    own = {field.name for field in record._meta.fields}
    ruled = type(record).RULED_IN_PARTS.get(name, {})
    told_elsewhere = {column for column, fields in ruled.items() if own.issuperset(fields)}
    link = record._meta.get_field(name).field  # type: ignore[union-attr]
    fields = [
        one
        for one in part._meta.concrete_fields
        if one.editable and not one.primary_key and one != link and one.name not in told_elsewhere
    ]
    return sorted(tuple(_word(one.value_from_object(row)) for one in fields) for row in rows)


def _word(value: Any) -> str:
    # Typed as 2, stored as 2.000: the same number says the same.
    return str(value.normalize() if isinstance(value, Decimal) else value or "")


def _announce(record: Record, fields: Collection[str] = (), *, is_new: bool = False) -> None:
    written.send(type(record), record=record, fields=frozenset(fields), is_new=is_new)


def _tell_change(event: str, record: Record, *, actor: Any, news: Sequence[str]) -> None:
    if news:
        timeline.record(event, record, actor=actor, fields=news, data={"version": record.version})


def _tell_owner(record: Record, *, actor: Any) -> None:
    """The new owner hears that the record is his now."""
    if record.owner_id:
        notify("records.handed_over", record=record, receivers=[record.owner_id], actor=actor)


def _refuse_leaving(record: Record, actor: Any, *, action: Action) -> None:
    if action not in allowed_actions(record, actor):
        raise LeavesScope
