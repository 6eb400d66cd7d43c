"""Who of some people is away, now and in the coming weeks; why, only for those who may know it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from teams.models import Absence, User
from teams.selectors.calendar import Calendar, calendars_of, holidays_of
from teams.selectors.people import Away, as_known

DAYS_SHOWN = 28


@dataclass(frozen=True)
class Cell:
    """One day of one person; `state` is "", "off", "holiday" or "away", `words` say why for those who may know."""

    state: str
    words: str = ""
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Week:
    first: date
    span: int


@dataclass(frozen=True)
class Row:
    person: User
    cells: list[Cell]


@dataclass(frozen=True)
class Strip:
    """The coming days of a group: weeks over days over a row a person."""

    days: list[date]
    weeks: list[Week] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def absences_between(people: Collection[User], starts: date, ends: date) -> Mapping[int, list[Absence]]:
    """By person, the earliest first."""
    found: dict[int, list[Absence]] = {}
    rows = Absence.objects.filter(user__in=people, starts__lte=ends, ends__gte=starts).order_by("starts", "id")
    for absence in rows:
        found.setdefault(absence.user_id, []).append(absence)
    return found


def away_among(absences: Mapping[int, list[Absence]], day: date, known: Collection[int]) -> dict[int, Away]:
    """Who is away on that day, by person; `known` is what `knows_why` gave."""
    running = {person: [row for row in rows if row.starts <= day <= row.ends] for person, rows in absences.items()}
    return {person: as_known(max(rows, key=lambda row: row.ends), known) for person, rows in running.items() if rows}


def coming_days(
    people: Sequence[User], absences: Mapping[int, list[Absence]], known: Collection[int], today: date
) -> Strip:
    """Four weeks from today on; `absences` are those of that time, `known` is what `knows_why` gave."""
    days = [today + timedelta(days=number) for number in range(DAYS_SHOWN)]
    calendars = calendars_of(people, days[0], days[-1], absences=absences)
    rows = [
        Row(person, _cells(days, calendars[person.pk], absences.get(person.pk, ()), person.pk in known))
        for person in people
    ]
    return Strip(days, _weeks(days), rows)


def _weeks(days: Sequence[date]) -> list[Week]:
    firsts = [days[0], *(day for day in days[1:] if day.weekday() == 0)]
    ends = [*firsts[1:], days[-1] + timedelta(days=1)]
    return [Week(first, (end - first).days) for first, end in zip(firsts, ends, strict=True)]


def _cells(days: Sequence[date], calendar: Calendar, absences: Sequence[Absence], tells_kind: bool) -> list[Cell]:
    return [_cell(day, calendar, absences, tells_kind) for day in days]


def _cell(day: date, calendar: Calendar, absences: Sequence[Absence], tells_kind: bool) -> Cell:
    absence = next((row for row in absences if row.starts <= day <= row.ends), None)
    if absence is not None:
        words = absence.get_kind_display() if tells_kind else _("Away")
        return Cell("away", words, is_first=day == absence.starts, is_last=day == absence.ends)
    special = calendar.special.get(day)
    if special is not None and not special.is_working:
        return Cell("holiday", special.name or _("Day off"))
    if special is None:
        name = holidays_of(calendar.country, calendar.subdivision, day.year).get(day)
        if name:
            return Cell("holiday", name)
    return Cell("" if calendar.is_working_day(day) else "off")
