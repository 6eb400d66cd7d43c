"""Reads composed as text, where the ORM takes longer to compose a statement than PostgreSQL to answer it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def rows_of_query(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Every row of a statement whose text holds no value that came from outside."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def columns_of(model: type[models.Model], *names: str) -> tuple[str, ...]:
    """These columns in the order in which `model.from_db` takes their values."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)
