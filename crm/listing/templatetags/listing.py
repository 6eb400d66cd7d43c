"""Small things that rows of lists need: `{% load listing %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format

from crm.access.models import Record
from crm.listing.choices import label_of
from crm.listing.parts import rows_of

register = template.Library()


@register.filter
def primary(record: Record, name: str) -> Any:
    """The row of a part that is marked as primary, else the first one; None of none."""
    rows = rows_of(record, name)
    return next((row for row in rows if row.is_primary), rows[0] if rows else None)


@register.filter
def choice(record: Record, name: str) -> str:
    """The label of a choice."""
    return label_of(record, name)


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


@register.filter
def stamp(moment: datetime) -> str:
    """For programs: the attribute of `<time>`. A tenth of the price of `|date:"c"`."""
    return moment.isoformat(timespec="seconds")
