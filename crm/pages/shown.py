"""A field's value in the reader's words: labels of choices, names, dates in his format."""

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format


def shown_value(record: models.Model, name: str) -> str:
    """The value of a field as text; empty for nothing."""
    display = getattr(record, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    return shown(getattr(record, name))


def shown(value: Any) -> str:
    """Any plain value as text in the active language and time zone."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value)
    if hasattr(value, "hour"):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if hasattr(value, "year"):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(intcomma(value))
    # A country is a value object: its name is what people know.
    return str(getattr(value, "name", value))
