"""Pages of a timeline, as one reader sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db import connection
from django.utils import timezone

from crm.access.models import Record
from crm.access.sight import Subject, seen_records, subject_of
from crm.listing.counting import COUNT_CAP, capped
from crm.pages.rows import instances_of, rows_of_query
from crm.timeline.models import Entry
from crm.timeline.registry import Event, event_named
from crm.timeline.statements import ENTRY_KINDS, Cursor, Wanted, count_sql, found_sql, latest_sql, page_sql
from crm.ui.parts import draw

PAGE_SIZE = 25
# Words are rare when hardly any of the latest entries has them, and few enough of all to be looked for here.
_LATEST, _FEW_OF_LATEST, _RARE = 2_000, 4, 10_000
# The index of the search knows three letters in a row.
_SHORTEST_INDEXED = 3
_SALT = "crm.timeline.cursor"


class BrokenCursor(ValueError):
    """The text is no cursor that we have given out."""


@dataclass(frozen=True)
class Told:
    """An entry with what its type has loaded for it."""

    entry: Entry
    event: Event
    loaded: Mapping[str, Any]
    # Whose entry it is; None where the reader may not know.
    subject: Any = None

    @property
    def day(self) -> date:
        """In the reader's time zone."""
        return timezone.localtime(self.entry.at).date()

    def draw(self, **arguments: Any) -> str:
        """As markup."""
        return draw(self.event.template, entry=self.entry, subject=self.subject, **self.loaded, **arguments)


@dataclass(frozen=True)
class TimelinePage:
    """Newest first; `next` is the cursor of the page below, empty on the last one.

    `all` is how many entries there are, where they have been read to the end from the first one.
    """

    told: list[Told]
    next: str
    all: int | None = None

    @property
    def days(self) -> list[tuple[date, list[Told]]]:
        found: dict[date, list[Told]] = {}
        for each in self.told:
            found.setdefault(each.day, []).append(each)
        return list(found.items())


def read_page(record: Record, reader: Any, wanted: Wanted, *, cursor: str = "", size: int = PAGE_SIZE) -> TimelinePage:
    """What happened to a record that is in the reader's sight. Raises BrokenCursor."""
    below = _cursor_of(cursor) if cursor else None
    entries = _entries(page_sql(record, reader, wanted, cursor=below, limit=size + 1))
    shown, is_last = entries[:size], len(entries) <= size
    return TimelinePage(
        tell(shown, reader, known=record),
        next="" if is_last else _cursor_at(shown[-1]),
        all=len(entries) if is_last and below is None else None,
    )


def look_up(wanted: Wanted) -> Wanted:
    """The same, with the entries that have its words, where the words are rare among all timelines."""
    if not any(len(word) >= _SHORTEST_INDEXED for word in wanted.words):
        return wanted
    ((common,),) = rows_of_query(*latest_sql(wanted.words, of=_LATEST))
    if common > _FEW_OF_LATEST:
        return wanted
    found = rows_of_query(*found_sql(wanted.words, most=_RARE + 1))
    return wanted if len(found) > _RARE else replace(wanted, among=tuple(key for (key,) in found))


def count(record: Record, reader: Any, wanted: Wanted, *, page: TimelinePage | None = None) -> str:
    """How many entries, as text: "1,000+" when there are more than are worth counting.

    `page` is one that was read of the same: where it holds all of them, nothing more is read.
    """
    if page is not None and page.all is not None:
        return capped(page.all)
    with connection.cursor() as cursor:
        cursor.execute(*count_sql(record, reader, wanted, most=COUNT_CAP + 1))
        return capped(cursor.fetchone()[0])


def tell(entries: Iterable[Entry], reader: Any, *, known: Record | None = None) -> list[Told]:
    """The entries with their words, in their order; those of which their type has nothing to tell are left out.

    The reader sees their subjects; `known` is one that need not be read again.
    """
    by_event: dict[str, list[Entry]] = {}
    entries = list(entries)
    subjects = {(entry.subject_type, entry.subject_id) for entry in entries}
    seen: dict[Subject, Any] = {subject_of(known): known} if known else {}
    seen |= seen_records(reader, subjects - seen.keys())
    for entry in entries:
        by_event.setdefault(entry.event, []).append(entry)
    told: dict[int, Told] = {}
    for key, of_type in by_event.items():
        event = event_named(key)
        if event is None:
            # Of an app that is not installed any more.
            continue
        loaded = event.load(of_type, reader)
        told |= {
            entry.pk: Told(entry, event, loaded[entry.pk], seen.get((entry.subject_type, entry.subject_id)))
            for entry in of_type
            if entry.pk in loaded
        }
    return [told[entry.pk] for entry in entries if entry.pk in told]


def _entries(statement: Any) -> list[Entry]:
    found = []
    for row in rows_of_query(*statement):
        entry, actor = instances_of(row, ENTRY_KINDS)
        Entry._meta.get_field("actor").set_cached_value(entry, actor)
        found.append(entry)
    return found


def _cursor_at(entry: Entry) -> str:
    return signing.dumps([entry.at.isoformat(), entry.pk], salt=_SALT)


def _cursor_of(text: str) -> Cursor:
    try:
        at, key = signing.loads(text, salt=_SALT)
    except signing.BadSignature as error:
        raise BrokenCursor from error
    return Cursor(datetime.fromisoformat(at), key)
