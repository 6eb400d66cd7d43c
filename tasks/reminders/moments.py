"""From what a record says to the moment of a reminder: pure, by the wall clock of its user where a day is said."""

from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tasks.models.reminders import MINUTES_OF_DAY

_LEAP_DAY = (2, 29)


@dataclass(frozen=True)
class Wall:
    """The clock that somebody reads, and the hour at which reminders of days come to him."""

    zone: ZoneInfo
    hour: time


@dataclass(frozen=True)
class Planned:
    """When a reminder comes, and of what: `aim` is what the record says, `zone` that of the clock which was read."""

    due_at: datetime
    aim: str
    zone: str = ""


def at_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """In UTC. The first of two equal hours; a time that the clocks skip moves forward by what they skip."""
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)


def ahead_of(said: date | datetime, before: int, wall: Wall) -> Planned | None:
    """`before` minutes ahead of a moment; whole days of them ahead of a day. None beyond what a calendar can hold."""
    try:
        if isinstance(said, datetime):
            moment = said.astimezone(UTC)
            return Planned(moment - timedelta(minutes=before), moment.isoformat())
        day = said - timedelta(days=before // MINUTES_OF_DAY)
        return Planned(at_wall(day, wall.hour, wall.zone), said.isoformat(), wall.zone.key)
    except OverflowError:
        return None


def next_yearly(born: date, before: int, wall: Wall, *, after: datetime, told_of: str) -> Planned | None:
    """The next time that a day of the year comes, from `after` on, and later than the one that was told."""
    year = after.astimezone(wall.zone).year
    for candidate in range(year, year + 4):
        if candidate > date.max.year:
            return None
        planned = ahead_of(in_year(born, candidate), before, wall)
        if planned is not None and planned.due_at >= after and planned.aim > told_of:
            return planned
    return None


def in_year(born: date, year: int) -> date:
    """Who was born on 29 February has his day on the 28th in other years: the last one of his month."""
    if (born.month, born.day) == _LEAP_DAY and not isleap(year):
        return date(year, 2, 28)
    return born.replace(year=year)
