"""Writes versions: one statement for one record or for ten thousand.

A version is copied from the tables by INSERT … SELECT after the record and its parts are stored, so it holds
what was stored and not what somebody meant to store.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

CREATED, CHANGED, REMOVED = "+", "~", "-"


def record_versions(
    model: type[models.Model],
    ids: Collection[UUID] | Collection[int],
    *,
    actor: models.Model | None,
    kind: str,
    reason: str = "",
    change_set: UUID | None = None,
) -> None:
    """Append the present state of the records, with their parts, to their history.

    `kind` is CREATED, CHANGED or REMOVED; `actor` None means the system itself. Call it inside the transaction
    that wrote the records.
    """
    if not ids:
        return
    history: Any = model.history.model  # type: ignore[attr-defined]
    quote = connection.ops.quote_name
    columns = [field.column for field in history.tracked_fields]
    own = ", ".join(quote(column) for column in columns)
    copied = ", ".join(f"r.{quote(column)}" for column in columns)
    # Only names of tables and columns are put into the text; every value is a parameter.
    sql = (
        f"INSERT INTO {quote(history._meta.db_table)} ({own}, parts, change_set, history_date,"  # noqa: S608
        " history_change_reason, history_type, history_user_id)"
        f" SELECT {copied}, {_parts_sql(model)}, %s, %s, %s, %s, %s"
        f" FROM {quote(model._meta.db_table)} r WHERE r.id = ANY(%s)"
    )
    values = [change_set, timezone.now(), reason or None, kind, actor.pk if actor else None, list(ids)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _parts_sql(model: type[models.Model]) -> str:
    """An SQL expression: a JSON object with one array of rows a part."""
    pieces = [f"'{name}', {_part_sql(model, name)}" for name in getattr(model, "PARTS", ())]
    return f"jsonb_build_object({', '.join(pieces)})"


def _part_sql(model: type[models.Model], name: str) -> str:
    relation: Any = model._meta.get_field(name)
    part = relation.related_model
    link = relation.field
    quote = connection.ops.quote_name
    columns = [field.column for field in part._meta.concrete_fields if not field.primary_key and field != link]
    built = ", ".join(f"'{column}', p.{quote(column)}" for column in columns)
    # The rows of a record's part are numbered by `position`; other things may mean a job title by that word.
    is_numbered = any(
        field.name == "position" and field.get_internal_type() != "CharField" for field in part._meta.fields
    )
    order = "p.position, p.id" if is_numbered else "p.id"
    return (
        f"COALESCE((SELECT jsonb_agg(jsonb_build_object({built}) ORDER BY {order})"  # noqa: S608
        f" FROM {quote(part._meta.db_table)} p WHERE p.{quote(link.column)} = r.id), '[]'::jsonb)"
    )
