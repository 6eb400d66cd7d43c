"""Reads composed as text, where the ORM takes longer to compose a statement than PostgreSQL to answer it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

from crm.access.models import Record

#: A model and the columns of it that a row holds, in the order of `columns_of`.
Kind = tuple[type[models.Model], tuple[str, ...]]


def rows_of_query(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Every row of a statement whose text holds no value that came from outside."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def columns_of(model: type[models.Model], *names: str) -> tuple[str, ...]:
    """These columns, or all of them, in the order in which `model.from_db` takes their values."""
    return tuple(field.attname for field in model._meta.concrete_fields if not names or field.attname in names)


def instances_of(row: tuple[Any, ...], kinds: Iterable[Kind]) -> list[Any]:
    """The instances whose columns stand one after another in a row; None for one that a join did not find."""
    found: list[Any] = []
    for model, columns in kinds:
        values, row = list(row[: len(columns)]), row[len(columns) :]
        is_there = any(value is not None for value in values)
        for place, convert in _converters(model, columns):
            values[place] = convert(values[place], None, connection)
        found.append(model.from_db(DEFAULT_DB_ALIAS, columns, values) if is_there else None)
    return found


def read_alive(model: type[Record], pk: UUID, related: tuple[str, ...] = ()) -> Any:
    """The record of a key with what it points to by these names; None when it is in the recycle bin or nowhere."""
    sql, kinds = _statement(model, related)
    rows = rows_of_query(sql, (pk,))
    if not rows:
        return None
    record, *others = instances_of(rows[0], kinds)
    for name, other in zip(related, others, strict=True):
        record._meta.get_field(name).set_cached_value(record, other)
    return record


@lru_cache(maxsize=200)
def _statement(model: type[Record], related: tuple[str, ...]) -> tuple[str, list[Kind]]:
    quote = connection.ops.quote_name
    kinds: list[Kind] = [(model, columns_of(model))]
    joins = []
    for name in related:
        field: Any = model._meta.get_field(name)
        kinds.append((field.related_model, columns_of(field.related_model)))
        table, key = quote(field.related_model._meta.db_table), quote(field.target_field.column)
        joins.append(f"LEFT JOIN {table} {quote(name)} ON {quote(name)}.{key} = record.{quote(field.column)}")
    aliases = zip(("record", *related), kinds, strict=True)
    wanted = ", ".join(f"{quote(alias)}.{quote(name)}" for alias, (_model, names) in aliases for name in names)
    table = quote(model._meta.db_table)
    # Only names of tables and columns are put into the text.
    sql = (
        f"SELECT {wanted} FROM {table} record {' '.join(joins)}"  # noqa: S608
        " WHERE record.id = %s AND record.deleted_at IS NULL"
    )
    return sql, kinds


@lru_cache(maxsize=200)
def _converters(model: type[models.Model], columns: tuple[str, ...]) -> list[tuple[int, Any]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    convert = [getattr(fields[name], "from_db_value", None) for name in columns]
    return [(place, each) for place, each in enumerate(convert) if each is not None]
