"""What apps tell the timeline: kinds to filter by, types of events, and who belongs to whom.

register_kind(Kind(key="call", label=_("Calls"), icon="phone", order=10))
register(Event(key="contacts.interaction", load=…, template="contacts/_interaction.jinja"))
register_members(Members(model=Client, sql=…))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from crm.access.querysets import Condition

#: Entries of one event type and their reader → for each entry that may be told, by its key, what its template needs.
Load = Callable[[Sequence[Any], Any], Mapping[int, Mapping[str, Any]]]

#: What `Members.sql` gives where nobody belongs there.
NOBODY: Condition = ("SELECT NULL::uuid, '-infinity'::timestamptz, 'infinity'::timestamptz WHERE FALSE", ())


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a timeline is filtered by; `tint` is a colour of the kit."""

    key: str
    label: str | Promise
    icon: str
    tint: str = "grey"
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Event:
    """How entries of one type are told.

    `load(entries, reader)` reads what the template needs, in a fixed number of queries; entries that it leaves out are
    not shown. `template` is a part of crm.ui.parts that draws one entry, with `entry` and what was loaded. `kind` is
    that of every entry, unless its writer names another.
    """

    key: str
    kind: str
    load: Load
    template: str


@dataclass(frozen=True, kw_only=True)
class Members:
    """Whose entries stand on the timelines of `model` too, each for a time.

    `sql(record, reader)` is a SELECT of (key, since, until) of those in the reader's sight: timestamps, the last one
    excluded, infinite where there is no bound.
    """

    model: type[Any]
    sql: Callable[[Any, Any], Condition]


_kinds: dict[str, Kind] = {}
_events: dict[str, Event] = {}
_members: list[Members] = []


def register_kind(kind: Kind) -> None:
    _kinds[kind.key] = kind


def register(event: Event) -> None:
    """Called by an app's `events.py`. Raises ImproperlyConfigured when two take the same key."""
    if _events.setdefault(event.key, event) != event:
        raise ImproperlyConfigured(f"Two events are called “{event.key}”.")


def register_members(members: Members) -> None:
    _members.append(members)


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.key))


def kind_named(key: str) -> Kind | None:
    return _kinds.get(key)


def event_named(key: str) -> Event | None:
    return _events.get(key)


def kind_of_event(key: str) -> str:
    """Raises ImproperlyConfigured for an event that nobody registered: nobody could tell it."""
    event = _events.get(key)
    if event is None:
        raise ImproperlyConfigured(f"No app registered the event “{key}”.")
    return event.kind


def members_of(record: Any, reader: Any) -> list[Condition]:
    return [each.sql(record, reader) for each in _members if isinstance(record, each.model)]
