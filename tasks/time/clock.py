"""From the moments of a timer to the minutes of days: real elapsed time, cut at the midnights of a time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A timer that ran longer was forgotten.
LONGEST_RUN = timedelta(hours=12)


@dataclass(frozen=True)
class Piece:
    """What was worked on one day; the moments are in UTC."""

    day: date
    starts: datetime
    ends: datetime
    minutes: int


def is_forgotten(started_at: datetime, now: datetime) -> bool:
    return now - started_at > LONGEST_RUN


def pieces_of(starts: datetime, ends: datetime, zone: ZoneInfo) -> list[Piece]:
    """The days that the run touches, each with its minutes, which add up to those of the run: at least one.

    Clocks that are put forward or back in between change nothing: it is elapsed time that counts. A day on which less
    than a minute falls is left out.
    """
    starts, ends = starts.astimezone(UTC), max(starts, ends).astimezone(UTC)
    found = [piece for piece in _cut(starts, ends, zone) if piece.minutes]
    return found or [Piece(starts.astimezone(zone).date(), starts, ends, 1)]


def _cut(starts: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[Piece]:
    begin, told = starts, 0
    while True:
        day = begin.astimezone(zone).date()
        end = min(_end_of(day, begin, zone), ends)
        # Counted from the beginning, so that the rests of the pieces are not lost.
        minutes = _minutes(starts, end)
        yield Piece(day, begin, end, minutes - told)
        if end >= ends:
            return
        begin, told = end, minutes


def _end_of(day: date, begin: datetime, zone: ZoneInfo) -> datetime:
    """The midnight after this day. A midnight that the clock skips or shows twice is the first moment of the day."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
    # Islands that crossed the date line skipped a day: the next one then begins at once.
    return midnight if midnight > begin else begin + timedelta(minutes=1)


def _minutes(starts: datetime, ends: datetime) -> int:
    return int((ends - starts) / timedelta(minutes=1))
