"""Writes the timeline, in the transaction of what it tells.

Knows no access rules: whoever calls it has been allowed to do what is told. `source` names a row by label and key.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb

from crm.search.text import normalise
from crm.timeline.models import Entry, Place
from crm.timeline.registry import kind_of_event

Source = tuple[str, UUID]
# What is found of a text: nobody looks for the ten-thousandth word.
_LONGEST_SEARCHED = 20_000


class Told(TypedDict, total=False):
    """What else is told of an entry; all of it may be left out.

    `at`: when it happened, now unless given. `text`: what it is found by. `data`: what its type tells by, as JSON.
    `source`: the row that holds the words. `fields`: those of the subject that it tells of. `kind`: for event types
    that have several.
    """

    at: datetime
    text: str
    data: Mapping[str, Any]
    source: Source
    fields: Sequence[str]
    kind: str


class Revised(TypedDict, total=False):
    """What changed in the row behind an entry; what is not given stays."""

    at: datetime
    text: str
    kind: str
    subject: models.Model
    actor: Any
    also_on: Collection[models.Model]


def record(
    event: str, subject: models.Model, *, actor: Any, also_on: Collection[models.Model] = (), **told: Unpack[Told]
) -> Entry:
    """Tell that something happened to a record, also on the timelines of others it concerns."""
    source_type, source_id = told.get("source") or ("", None)
    entry = Entry.objects.create(
        event=event,
        kind=told.get("kind") or kind_of_event(event),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        source_type=source_type,
        source_id=source_id,
        actor=actor,
        at=told.get("at") or timezone.now(),
        data=dict(told.get("data") or {}),
        fields=list(told.get("fields") or ()),
        search_doc=_searched(told.get("text", "")),
    )
    _place(entry, [one.pk for one in also_on])
    return entry


def revise(source: Source, **revised: Unpack[Revised]) -> None:
    """Tell anew what was edited. Nothing happens to a row that is not told."""
    entry = Entry.objects.select_for_update().filter(source_type=source[0], source_id=source[1]).first()
    if entry is None:
        return
    subject, also_on = revised.get("subject"), revised.get("also_on")
    others = entry.places.filter(is_primary=False).values_list("subject_id", flat=True)
    places = list(others) if also_on is None else [one.pk for one in also_on]
    if subject is not None:
        entry.subject_type, entry.subject_id = subject._meta.label_lower, subject.pk
    if "text" in revised:
        entry.search_doc = _searched(revised["text"])
    entry.at = revised.get("at") or entry.at
    entry.kind = revised.get("kind") or entry.kind
    entry.actor = revised.get("actor") or entry.actor
    entry.save()
    entry.places.all().delete()
    _place(entry, places)


def forget(source: Source) -> None:
    """The row behind an entry is gone; `record` tells it again when it comes back."""
    Entry.objects.filter(source_type=source[0], source_id=source[1]).delete()


def record_many(
    event: str,
    model: type[models.Model],
    ids: Collection[UUID],
    *,
    actor: Any,
    data: Mapping[str, Any] | None = None,
    fields: Sequence[str] = (),
) -> None:
    """The same event for each of these records, with the version that it has now, at one statement for all."""
    if not ids:
        return
    now = timezone.now()
    kind = kind_of_event(event)
    actor_id = actor.pk if actor else None
    # Only names of tables are put into the text.
    sql = f"""
        WITH told AS (
            INSERT INTO {Entry._meta.db_table} (
                event, kind, subject_type, subject_id, actor_id, at, recorded_at, data, fields, source_type, search_doc
            )
            SELECT %s, %s, %s, record.id, %s, %s, %s, jsonb_build_object('version', record.version) || %s, %s, '', ''
            FROM {model._meta.db_table} record WHERE record.id = ANY(%s)
            RETURNING id, subject_id
        )
        INSERT INTO {Place._meta.db_table} (entry_id, subject_id, at, kind, actor_id, is_primary)
        SELECT id, subject_id, %s, %s, %s, TRUE FROM told
    """  # noqa: S608
    told = (event, kind, model._meta.label_lower, actor_id, now, now, _json(data or {}), list(fields), list(ids))
    with connection.cursor() as cursor:
        cursor.execute(sql, (*told, now, kind, actor_id))


def _place(entry: Entry, others: Collection[UUID]) -> None:
    keys = [entry.subject_id, *dict.fromkeys(key for key in others if key != entry.subject_id)]
    Place.objects.bulk_create(
        Place(
            entry=entry,
            subject_id=key,
            at=entry.at,
            kind=entry.kind,
            actor_id=entry.actor_id,
            is_primary=key == entry.subject_id,
        )
        for key in keys
    )


def _searched(text: str) -> str:
    return normalise(text[:_LONGEST_SEARCHED])


def _json(data: Mapping[str, Any]) -> Any:
    return Jsonb(dict(data), dumps=DjangoJSONEncoder().encode)
