"""Dates of calendar files: wall clocks and the zones they hang in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tasks.calendars.reading.found import LONGEST_MINUTES

OWN, UNKNOWN = "own", "unknown"
#: What tasks may be due on, with room for what an hour's shift does.
FIRST, LAST = date(1990, 1, 2), date(2199, 12, 30)


@dataclass(frozen=True)
class Moment:
    """`at` is a day or a wall clock in `zone` ("" floats). `note` is OWN or UNKNOWN where `named` was no zone of ours.

    What stands in a zone that the file itself defines is told in UTC.
    """

    at: date | datetime
    zone: str = ""
    note: str = ""
    named: str = ""

    @property
    def day(self) -> date:
        return self.at.date() if isinstance(self.at, datetime) else self.at

    @property
    def is_in_range(self) -> bool:
        return FIRST <= self.day <= LAST

    def instant(self, floating: str) -> datetime:
        """The instant; a day begins at midnight, and what floats is in the zone `floating`."""
        wall = self.at if isinstance(self.at, datetime) else datetime(self.at.year, self.at.month, self.at.day)  # noqa: DTZ001
        return wall.replace(tzinfo=ZoneInfo(self.zone or floating)).astimezone(UTC)


def one(component: Any, name: str) -> Any:
    """The property, the first one where it is there several times."""
    value = component.get(name)
    return value[0] if isinstance(value, list) and value else value


def inside(prop: Any, name: str) -> Any:
    """What a property holds; None for one that the library could not read, which refuses to be asked."""
    try:
        return getattr(prop, name, None)
    except Exception:  # noqa: BLE001 the library has several kinds of refusal
        return None


def moment_of(prop: Any) -> Moment | None:
    """None for what holds no date."""
    value = inside(prop, "dt")
    if isinstance(value, tuple):
        value = value[0]
    if not isinstance(value, date):
        return None
    named = str((inside(prop, "params") or {}).get("TZID", ""))
    return placed(value, named)


def placed(value: date | datetime, named: str) -> Moment:
    if not isinstance(value, datetime):
        return Moment(value)
    wall = value.replace(tzinfo=None)
    known = zone_named(named) if named else ""
    if known:
        return Moment(wall, known)
    if value.tzinfo is None:
        return Moment(wall, "", UNKNOWN if named else "", named)
    if not named:
        return Moment(value.astimezone(UTC).replace(tzinfo=None), "UTC")
    try:
        return Moment(value.astimezone(UTC).replace(tzinfo=None), "UTC", OWN, named)
    except (ValueError, OverflowError):
        return Moment(wall, "", UNKNOWN, named)


@lru_cache(maxsize=1000)
def zone_named(name: str) -> str:
    """The name in the time zone database: of itself, of a name of Windows, of the end of a longer name; else ""."""
    cleaned = name.strip().strip("/\"'")
    if cleaned.upper() in ("UTC", "GMT", "Z", "ETC/UTC"):
        return "UTC"
    if cleaned in WINDOWS_TO_OLSON:
        return str(WINDOWS_TO_OLSON[cleaned])
    parts = cleaned.split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if tail in _zones() and (start == 0 or "/" in tail):
            return tail
    return ""


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def minutes_between(start: Moment, end: Moment, floating: str) -> int | None:
    """None where the end is not after the start, or lies too far from it."""
    if isinstance(start.at, datetime) != isinstance(end.at, datetime) or not end.is_in_range:
        return None
    length = end.instant(floating) - start.instant(floating)
    if not isinstance(start.at, datetime):
        length = timedelta(days=(end.day - start.day).days)
    return minutes_of(length)


def minutes_of(length: timedelta) -> int | None:
    """None for what a task cannot last."""
    minutes = int(length.total_seconds() // 60)
    return minutes if 0 < minutes <= LONGEST_MINUTES else None


def written(at: date | datetime | None) -> str:
    if at is None:
        return ""
    return at.isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()
