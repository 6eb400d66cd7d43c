"""Counts that cost the same on a small table and on a huge one."""

from typing import Any

from django.utils.formats import number_format

COUNT_CAP = 1000


def capped_count(queryset: Any) -> str:
    """How many rows, as text: "1,000+" when there are more than are worth counting."""
    return capped(queryset[: COUNT_CAP + 1].count())


def capped(counted: int) -> str:
    if counted > COUNT_CAP:
        return f"{number_format(COUNT_CAP, force_grouping=True)}+"
    return number_format(counted, force_grouping=True)
