"""A field's value in the reader's words: labels of choices, names, dates in his format."""

from functools import lru_cache
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language


def shown_value(record: models.Model, name: str) -> str:
    """The value of a field as text; empty for nothing."""
    value = getattr(record, name)
    if value is not None and getattr(record, f"get_{name}_display", None) is not None:
        return _label(type(record), name, str(value), get_language())
    return shown(value)


# Django gathers and translates all the choices of a field for each label: a millisecond where there are hundreds.
@lru_cache(maxsize=10_000)
def _label(model: type[models.Model], name: str, value: str, language: str) -> str:
    """The label of a choice in the active language; the value itself when it is no choice any more."""
    field: Any = model._meta.get_field(name)
    return str(next((label for key, label in field.flatchoices if str(key) == value), value))


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
