"""The next occurrence of what repeats, and the rule by which it goes on from there."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tasks.calendars.reading.moments import Moment

#: Steps that are looked at from the start of a series, some fifty years of days.
_MOST_STEPS = 20_000
_AHEAD = timedelta(days=366 * 10)
_COUNT = re.compile(r"COUNT=(\d+)", re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL=([^;]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s+")


class NoSuchRule(ValueError):
    """It repeats in a way that this reader cannot follow."""


def rule_of(component: Any) -> str:
    """The rule as text; "" for none. Raises NoSuchRule where there are several."""
    value = component.get("RRULE")
    if value is None:
        return ""
    if isinstance(value, list):
        raise NoSuchRule
    return _SEPARATORS.sub("", value.to_ical().decode()).upper()


@lru_cache(maxsize=10_000)
def next_in_series(
    rule: str, start: Moment, left_out: frozenset[date | datetime], *, now: datetime, floating: str
) -> tuple[date | datetime | None, str]:
    """The occurrence at or after now, or today, and the rule from it on; None when the series is over.

    `left_out` are occurrences, as days or wall clocks of the series' zone. Raises NoSuchRule.
    """
    is_day = not isinstance(start.at, datetime)
    zone = ZoneInfo(start.zone or floating)
    here = now.astimezone(zone).replace(tzinfo=None)
    first = datetime.combine(start.day, datetime.min.time()) if is_day else start.at
    earliest = datetime.combine(here.date(), datetime.min.time())
    skipped = {_wall(each) for each in left_out}
    horizon = max(earliest, first) + _AHEAD  # type: ignore[operator, type-var]
    try:
        series = rrulestr(_UNTIL.sub(lambda match: f"UNTIL={_wall_end(match[1], zone)}", rule), dtstart=first)
        for step, occurrence in enumerate(series):
            if step > _MOST_STEPS or occurrence > horizon:
                break
            if occurrence >= earliest and occurrence not in skipped:
                return (occurrence.date() if is_day else occurrence), _left_of(rule, step)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as fault:
        raise NoSuchRule from fault
    return None, ""


def _left_of(rule: str, step: int) -> str:
    """Without the occurrences that have been."""
    return _COUNT.sub(lambda match: f"COUNT={int(match[1]) - step}", rule)


def _wall(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, datetime.min.time())


def _wall_end(text: str, zone: ZoneInfo) -> str:
    """The end of a rule on the wall clock of its series."""
    if not text.endswith("Z"):
        return text if "T" in text else f"{text}T235959"
    end = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
    return end.strftime("%Y%m%dT%H%M%S")
