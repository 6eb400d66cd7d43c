"""The week of a person as a grid: what he worked on by day, against the hours that he works."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format

from crm.access.rights import hidden_fields
from tasks.models import FIRST_DAY, LAST_DAY, TimeEntry, TimeState
from tasks.time.durations import duration_text
from tasks.time.places import Named, Place, named_places, place_named, place_of
from tasks.time.reading import locked_until
from tasks.time.rights import may_lock
from teams.models import User
from teams.selectors.calendar import calendar_of

DAYS = 7
#: A page of more would be slow to fill in, and too long to send at once.
MOST_ROWS = 40


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_named(text: str, today: date) -> date:
    """The Monday of the day that an address names, as 2026-11-23; that of today for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return monday_of(today)
    return monday_of(day if _has_week(day) else today)


def _has_week(day: date) -> bool:
    """Whether its week, and those before and after, are within the days that time can be entered on."""
    return FIRST_DAY + timedelta(days=DAYS) < day < LAST_DAY - timedelta(days=DAYS)


def cell_name(place: Place, day: date) -> str:
    return f"cell|{place}|{day.isoformat()}"


def cell_named(name: str) -> tuple[Place, date] | None:
    """What `cell_name` named; None for anything else."""
    kind, _bar, rest = name.partition("|")
    place_text, _bar, day_text = rest.partition("|")
    place = place_named(place_text)
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        return None
    if kind != "cell" or place is None or not _has_week(day):
        return None
    # In the one spelling that a page has: what is refused is told by this very name.
    return (place, day) if cell_name(place, day) == name else None


@dataclass(frozen=True)
class WeekCell:
    """One place on one day. `typed` and `fault` are what was sent and why it was refused, if it was."""

    place: Place
    day: date
    minutes: int
    is_writable: bool
    state: str = ""
    typed: str = ""
    fault: str = ""

    @property
    def name(self) -> str:
        return cell_name(self.place, self.day)

    @property
    def id(self) -> str:
        return f"c-{self.place.kind}-{self.place.key}-{self.day.isoformat()}"

    @property
    def text(self) -> str:
        if self.fault:
            return self.typed
        return duration_text(self.minutes) if self.minutes else ""

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)


@dataclass(frozen=True)
class WeekRow:
    named: Named
    cells: Sequence[WeekCell]

    @property
    def id(self) -> str:
        return f"r-{self.named.place.kind}-{self.named.place.key}"

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)


@dataclass(frozen=True)
class WeekDay:
    """`expected` are the minutes that the person works on this day, by his hours, holidays and absences."""

    day: date
    minutes: int
    expected: int
    is_today: bool
    is_locked: bool

    @property
    def id(self) -> str:
        return f"d-{self.day.isoformat()}"

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)

    @property
    def expected_hours(self) -> str:
        return duration_text(self.expected) if self.expected else ""

    @property
    def is_short(self) -> bool:
        return not self.is_today and self.minutes < self.expected

    @property
    def label(self) -> str:
        return date_format(self.day, "D j")


@dataclass(frozen=True)
class Week:
    """`hidden` are the fields of entries that the reader must not see."""

    person: User
    monday: date
    days: Sequence[WeekDay]
    rows: Sequence[WeekRow]
    entries: Sequence[TimeEntry] = ()
    places: Mapping[Place, Named] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=DAYS - 1)

    @property
    def earlier(self) -> str:
        return (self.monday - timedelta(days=DAYS)).isoformat()

    @property
    def later(self) -> str:
        return (self.monday + timedelta(days=DAYS)).isoformat()

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)

    @property
    def expected_hours(self) -> str:
        return duration_text(sum(day.expected for day in self.days))

    @property
    def hides_state(self) -> bool:
        return "state" in self.hidden

    def in_state(self, *states: str) -> str:
        """The hours of the entries in these states; empty when there are none, or the reader must not know states."""
        if self.hides_state:
            return ""
        minutes = sum(entry.minutes for entry in self.entries if entry.state in states)
        return duration_text(minutes) if minutes else ""

    @property
    def to_submit(self) -> str:
        return self.in_state(TimeState.DRAFT, TimeState.REJECTED)

    @property
    def to_take_back(self) -> str:
        return self.in_state(TimeState.SUBMITTED)

    def named(self, entry: TimeEntry) -> Named:
        return self.places[place_of(entry)]


@dataclass(frozen=True)
class Wanted:
    """What a page asks for beside the week itself: rows to begin with, and what was refused by the name of a cell."""

    places: Sequence[Place] = ()
    with_last_week: bool = False
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def week_of(person: User, monday: date, *, reader: Any, today: date, wanted: Wanted | None = None) -> Week:
    """Within the reader's sight, at nine queries; writable for the person alone."""
    wanted = wanted or Wanted()
    entries = _entries(person, monday, monday + timedelta(days=DAYS - 1), reader)
    places = [place_of(entry) for entry in entries]
    offered = list(wanted.places)
    if wanted.with_last_week:
        first = monday - timedelta(days=DAYS)
        offered += [place_of(entry) for entry in _entries(person, first, monday - timedelta(days=1), reader)]
    found = named_places([*places, *offered], reader)
    # Empty rows only of what is in sight; a row with time stays, whatever became of its task.
    with_time = set(places)
    rows_of = [place for place in offered if place in with_time or found[place].record is not None]
    # What was asked for comes before the cut.
    asked = [place for place in rows_of if place in wanted.places]
    shown = list(dict.fromkeys([*asked, *places, *rows_of]))[:MOST_ROWS]
    days = _days(person, monday, entries, reader=reader, today=today)
    hidden = hidden_fields(reader, TimeEntry)
    rows = _rows(shown, found, entries, days, wanted.refused if person == reader else None)
    if "state" in hidden:
        rows = [_without_states(row) for row in rows]
    return Week(person, monday, days, rows, entries, found, hidden)


def _entries(person: User, first: date, last: date, reader: Any) -> list[TimeEntry]:
    if not hidden_fields(reader, TimeEntry).isdisjoint({"minutes", "day", "task", "project", "owner"}):
        return []
    seen = TimeEntry.objects.visible_to(reader).filter(owner=person, day__range=(first, last))
    return list(seen.order_by("day", "id"))


def _days(person: User, monday: date, entries: Iterable[TimeEntry], *, reader: Any, today: date) -> list[WeekDay]:
    calendar = calendar_of(person)
    until = None if may_lock(reader) else locked_until()
    totals: dict[date, int] = defaultdict(int)
    for entry in entries:
        totals[entry.day] += entry.minutes
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    return [
        WeekDay(day, totals[day], calendar.working_minutes(day), day == today, until is not None and day <= until)
        for day in days
    ]


def _rows(
    places: Sequence[Place],
    found: Mapping[Place, Named],
    entries: Iterable[TimeEntry],
    days: Sequence[WeekDay],
    refused: Mapping[str, tuple[str, str]] | None,
) -> list[WeekRow]:
    """`refused` is None for a reader who writes nothing here."""
    by_cell: dict[tuple[Place, date], list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        by_cell[place_of(entry), entry.day].append(entry)
    rows = [
        WeekRow(found[place], [_cell(found[place], day, by_cell[place, day.day], refused) for day in days])
        for place in places
    ]
    return sorted(rows, key=lambda row: (row.named.project or row.named.name, bool(row.named.project), row.named.name))


def _cell(
    named: Named, day: WeekDay, entries: Sequence[TimeEntry], refused: Mapping[str, tuple[str, str]] | None
) -> WeekCell:
    is_open = any(entry.is_open for entry in entries) if entries else named.record is not None
    typed, fault = (refused or {}).get(cell_name(named.place, day.day), ("", ""))
    return WeekCell(
        named.place,
        day.day,
        sum(entry.minutes for entry in entries),
        is_writable=refused is not None and is_open and not day.is_locked,
        state=_state(entries),
        typed=typed,
        fault=fault,
    )


def _without_states(row: WeekRow) -> WeekRow:
    return replace(row, cells=[replace(cell, state="") for cell in row.cells])


def _state(entries: Sequence[TimeEntry]) -> str:
    """What a cell is marked with: what was rejected first, else what all of it is."""
    states = {entry.state for entry in entries}
    if TimeState.REJECTED in states:
        return str(TimeState.REJECTED)
    return str(states.pop()) if len(states) == 1 else ""
