"""Counts that cost the same on a small table and on a huge one."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.formats import number_format

COUNT_CAP = 1000


def capped_count(queryset: Any) -> str:
    """How many rows, as text: "1,000+" when there are more than are worth counting."""
    return capped(queryset[: COUNT_CAP + 1].count())


def capped_counts(querysets: Sequence[Any]) -> list[str]:
    """As `capped_count` of each, all at one query."""
    if not querysets:
        return []
    parts, values = [], []
    for queryset in querysets:
        try:
            sql, own = queryset.order_by().values("pk")[: COUNT_CAP + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        # The text is Django's own, of which every value is a parameter.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return [capped(count) for count in cursor.fetchone()]


def capped(counted: int) -> str:
    if counted > COUNT_CAP:
        return f"{number_format(COUNT_CAP, force_grouping=True)}+"
    return number_format(counted, force_grouping=True)
