"""The record types that the search box finds, registered by the `search.py` of each app."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    is hidden from the user. `made_of` names the ruled fields of which a searched one is composed: when one of them is
    hidden, so is the whole.
    """

    model: type[Record]
    label: str | Promise
    icon: str
    order: int = 100
    hints: Hints = _no_hints
    made_of: Mapping[str, frozenset[str]] = field(default_factory=dict)


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> None:
    _sources[source.model._meta.label_lower] = source


def sources() -> list[SearchSource]:
    return sorted(_sources.values(), key=lambda source: source.order)


def source_of(model: type[Record]) -> SearchSource:
    return _sources[model._meta.label_lower]


def hidden_sections(model: type[Record], hidden: frozenset[str]) -> frozenset[str]:
    """The search fields that a reader with these hidden fields is not found by."""
    source = _sources.get(model._meta.label_lower)
    made_of = source.made_of if source else {}
    return frozenset(
        name for name in model.SEARCH_FIELDS if not hidden.isdisjoint(made_of.get(name, frozenset()) | {name})
    )
