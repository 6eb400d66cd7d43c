"""Rules of repetition in calendars: which are kept, and how they are written beside their first occurrence."""

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from icalendar import vRecur

from tasks.recurrence import NotARule, parse_rule

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LONGEST = 500
# On the clock of a wall: only the shape of a rule is looked at.
_SOME_DAY = datetime(2026, 1, 1)  # noqa: DTZ001


@lru_cache(maxsize=4096)
def accept_rule(rule: str) -> bool:
    """Whether tasks may repeat by this rule of RFC 5545, given without "RRULE:"."""
    try:
        parse_rule(rule)
    except NotARule:
        return False
    return True


def rule_beside(rule: str, start: date | datetime) -> str:
    """The rule with its end in the form that belongs to the start: a day, or a moment in UTC. "" for a broken one."""
    return _written(rule, isinstance(start, datetime), start.tzinfo if isinstance(start, datetime) else None)


@lru_cache(maxsize=4096)
def _written(rule: str, is_moment: bool, zone: tzinfo | None) -> str:
    try:
        read = vRecur.from_ical(rule)
        until = read.get("UNTIL")
        if until:
            read["UNTIL"] = [_end_beside(until[0], zone or UTC) if is_moment else _day_of(until[0])]
        return str(read.to_ical().decode())
    except (ValueError, TypeError, AttributeError, OverflowError):
        return ""


def _day_of(until: date | datetime) -> date:
    return until.date() if isinstance(until, datetime) else until


def _end_beside(until: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(until, datetime):
        # The whole last day counts.
        return datetime(until.year, until.month, until.day, 23, 59, 59, tzinfo=zone).astimezone(UTC)
    return until.replace(tzinfo=until.tzinfo or zone).astimezone(UTC)
