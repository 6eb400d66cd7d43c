"""The record types that the search box finds, registered by the `search.py` of each app."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from crm.access.models import Record

Hints = Callable[[Sequence[Any], Any], Mapping[Any, str]]


def _no_hints(records: Sequence[Any], user: Any) -> Mapping[Any, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """A record type in the search box.

    `hints(records, user)` gives a line under each name by primary key, in a fixed number of queries and without what
    is hidden from the user. It gets records with no more than key, name and the `hint_fields`, which are plain text.
    """

    model: type[Record]
    label: str | Promise
    icon: str
    order: int = 100
    hints: Hints = _no_hints
    hint_fields: tuple[str, ...] = ()


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> None:
    _sources[source.model._meta.label_lower] = source


def sources() -> list[SearchSource]:
    return sorted(_sources.values(), key=lambda source: source.order)


def source_of(model: type[Record]) -> SearchSource:
    return _sources[model._meta.label_lower]
