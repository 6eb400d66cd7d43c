"""Small things that rows of lists need: `{% load listing %}`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format

register = template.Library()


@register.filter
def primary(rows: Iterable[Any]) -> Any:
    """The row that is marked as primary, else the first one; None of none."""
    listed = list(rows)
    return next((row for row in listed if row.is_primary), listed[0] if listed else None)


@register.filter
def short_moment(moment: datetime) -> str:
    """The time of today, the day of this year, the date of any other, in the reader's time zone."""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return str(time_format(local, "TIME_FORMAT"))
    if local.year == today.year:
        return str(date_format(local, "j M"))
    return str(date_format(local, "SHORT_DATE_FORMAT"))
