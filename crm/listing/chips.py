"""The filters that are on, each with the address of the same list without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format


@dataclass(frozen=True)
class Chip:
    name: str
    label: str
    value: str
    url: str


def chips_of(filterset: Any, parameters: QueryDict) -> Iterator[Chip]:
    """One chip a value; `parameters` are those of the list, without the cursor."""
    for name, value in getattr(filterset.form, "cleaned_data", {}).items():
        field = filterset.form.fields[name]
        if value in (None, "", [], False):
            continue
        if isinstance(value, list):
            labels = dict(field.choices)
            for each in value:
                kept = [other for other in parameters.getlist(name) if other != each]
                text = str(labels.get(each, each))
                yield Chip(name, str(field.label), text, address_with(parameters, **{name: kept}))
            continue
        yield Chip(name, str(field.label), _text_of(field, value), address_with(parameters, **{name: []}))


def address_with(parameters: QueryDict, **changes: Any) -> str:
    """The query string with these parameters set (a list for several values, an empty one for none)."""
    # A copy of a QueryDict is a deep one, and a page has two dozen of these addresses.
    return f"?{urlencode({**dict(parameters.lists()), **changes}, doseq=True)}"


def _text_of(field: forms.Field, value: Any) -> str:
    if value is True:
        return ""
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    choices = getattr(field, "choices", None)
    if choices is None or isinstance(field, forms.ModelChoiceField):
        return str(value)
    return str(dict(choices).get(value, value))
