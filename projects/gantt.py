"""Projects on a calendar: where bars, diamonds and lines stand, in percent of a window of days.

Pure arithmetic; from the side where the reader begins to read.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format

MONTHS, WEEKS = "months", "weeks"
_MONTHS_SHOWN, _WEEKS_SHOWN = 12, 13
#: Beyond these nobody plans, and the calendar is far from its own ends.
_EARLIEST, _LATEST = date(1990, 1, 1), date(2150, 1, 1)


@dataclass(frozen=True)
class Tick:
    """A month or a week on the scale: where it begins and how wide it is, in percent."""

    label: str
    at: str
    middle: str


@dataclass(frozen=True)
class Span:
    """A bar; `is_cut` where it goes on beyond the window."""

    at: str
    width: str
    begins_before: bool
    ends_after: bool


@dataclass(frozen=True)
class Window:
    """`first` is its first day, `end` the day after its last."""

    first: date
    end: date
    zoom: str
    is_rtl: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    @property
    def earlier(self) -> date:
        return _begin(_months_on(self.first, -3) if self.zoom == MONTHS else self.first - timedelta(weeks=4), self.zoom)

    @property
    def later(self) -> date:
        return _begin(_months_on(self.first, 3) if self.zoom == MONTHS else self.first + timedelta(weeks=4), self.zoom)

    def point(self, day: date) -> str | None:
        """The middle of a day; None outside the window."""
        if not self.first <= day < self.end:
            return None
        return self._percent((day - self.first).days + 0.5)

    def span(self, start: date | None, end: date | None) -> Span | None:
        """A bar over both days and all between; open ends are one day long. None outside the window."""
        start, end = start or end, end or start
        if start is None or end is None or end < self.first or start >= self.end:
            return None
        begin, finish = max(start, self.first), min(end + timedelta(days=1), self.end)
        at, width = (begin - self.first).days, (finish - begin).days
        left = self.days - at - width if self.is_rtl else at
        return Span(_text(left, self.days), _text(width, self.days), start < self.first, end >= self.end)

    def ticks(self) -> list[Tick]:
        days = [self.first]
        while (following := self._next(days[-1])) < self.end:
            days.append(following)
        return [self._tick(day, min(self._next(day), self.end)) for day in days]

    def _tick(self, day: date, end: date) -> Tick:
        is_named = self.zoom == MONTHS
        label = date_format(day, "M Y" if day.month == 1 or day == self.first else "M") if is_named else _week(day)
        at, width = (day - self.first).days, (end - day).days
        return Tick(label, self._percent(at), self._percent(at + width / 2))

    def _next(self, day: date) -> date:
        return _months_on(day.replace(day=1), 1) if self.zoom == MONTHS else day + timedelta(weeks=1)

    def _percent(self, days: float) -> str:
        return _text(self.days - days if self.is_rtl else days, self.days)


def window_of(today: date, *, at: str = "", zoom: str = MONTHS, is_rtl: bool = False) -> Window:
    """The window that an address names: `at` is its first day in ISO form; around today without one."""
    zoom = zoom if zoom in (MONTHS, WEEKS) else MONTHS
    wanted = _day(at)
    if wanted is None:
        wanted = _months_on(today, -2) if zoom == MONTHS else today - timedelta(weeks=2)
    first = _begin(wanted, zoom)
    end = _months_on(first, _MONTHS_SHOWN) if zoom == MONTHS else first + timedelta(weeks=_WEEKS_SHOWN)
    return Window(first, end, zoom, is_rtl)


@dataclass(frozen=True)
class Diamond:
    milestone: Any
    at: str


@dataclass(frozen=True)
class Lane:
    """One project on the calendar. `may_move` and `may_move_milestones`: by the reader."""

    project: Any
    health: Any
    client: str
    bar: Span | None
    diamonds: Sequence[Diamond]
    may_move: bool
    may_move_milestones: bool


def _begin(day: date, zoom: str) -> date:
    day = min(max(day, _EARLIEST), _LATEST)
    return day.replace(day=1) if zoom == MONTHS else day - timedelta(days=day.weekday())


def _months_on(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _week(day: date) -> str:
    return str(date_format(day, "j M"))


def _text(part: float, whole: int) -> str:
    return f"{part * 100 / whole:.3f}%"
