"""The days of a rule, by the clock on the wall: dateutil counts them, zones and bounds are applied here.

What is due is a day (a plain date), or a moment (aware); `zone` is where the clock hangs. A time that the clocks skip
moves on by what they skip, and of two equal ones it is the first. dateutil never sees a zone.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice, takewhile

from dateutil import rrule as library
from dateutil.relativedelta import relativedelta

from tasks.models import LAST_DAY, Repeats
from tasks.recurrence.rules import Rule

Due = date | datetime

_FREQUENCIES = {"DAILY": library.DAILY, "WEEKLY": library.WEEKLY, "MONTHLY": library.MONTHLY, "YEARLY": library.YEARLY}
_UNITS = {"DAILY": "days", "WEEKLY": "weeks", "MONTHLY": "months", "YEARLY": "years"}
_STEPS = {"DAILY": 1, "WEEKLY": 7}
# The leap years and weekdays of 28 years on end, so close to the last year of all that dateutil soon gives up.
_NEAR_THE_END = range(9944, 9972)
# From here on months are too short for the day.
_LAST_SURE_DAY = 28


@dataclass(frozen=True)
class Next:
    """What follows: when it is due, and the rule that it carries on with."""

    due: Due
    rule: Rule


def next_due(rule: Rule, due: Due, zone: tzinfo, *, after: datetime, repeats: str) -> Next | None:
    """What follows one that is finished at the moment `after`; None when it was the last.

    On schedule it is the first one later than `due` that has not passed yet: those that were missed are not made up
    for. When done, it is counted from the day of `after`, at the time of day of `due`.
    """
    if rule.count == 1:
        return None
    first = _first_on_the_wall(rule, due, zone)
    if repeats == Repeats.WHEN_DONE:
        wall = _counted_from(rule, datetime.combine(after.astimezone(zone).date(), first.time()))
    else:
        wall = _first_to_come(rule, first, due, zone, after)
    if wall is None or wall.date() > LAST_DAY:
        return None
    found = _due_at(wall, due, zone)
    if not _is_within(rule.until, wall, found, zone):
        return None
    left = None if rule.count is None else rule.count - 1
    is_moved = isinstance(found, datetime) and found.replace(tzinfo=None) != wall
    return Next(found, replace(rule, count=left, clock=wall.time() if is_moved else None))


def occurrences_between(rule: Rule, due: Due, zone: tzinfo, start: datetime, end: datetime, most: int) -> list[Due]:
    """Those later than `due` from `start` until before `end` (aware), at most so many; for rules on schedule."""
    first = _first_on_the_wall(rule, due, zone)
    since = start.astimezone(zone).replace(tzinfo=None)
    # Those that are counted have to be counted from the first.
    walls = _walls(rule, first, first if rule.count else max(first, since - timedelta(days=1)))
    later = (wall for wall in walls if wall > first)
    found: list[Due] = []
    for wall in islice(later, rule.count - 1 if rule.count else None):
        one = _due_at(wall, due, zone)
        if len(found) == most or _moment(one, zone) >= end or not _is_within(rule.until, wall, one, zone):
            break
        if _moment(one, zone) >= start:
            found.append(one)
    return found


def comes_at_all(rule: Rule, due: Due) -> bool:
    """Whether a day of it comes within the next decades: not so for 30 February.

    dateutil looks on until the year 9999, which takes it seconds; so it is asked for years of the same kind just
    before that.
    """
    first = due.replace(tzinfo=None) if isinstance(due, datetime) else datetime.combine(due, time())
    kind = (isleap(due.year), date(due.year, 1, 1).weekday())
    year = max(one for one in _NEAR_THE_END if (isleap(one), date(one, 1, 1).weekday()) == kind)
    return next(iter(_asked(rule, first.replace(year=year))), None) is not None


def kept_on_its_day(rule: Rule, due: Due) -> Rule:
    """Every month on the 31st means the last day of shorter months, and every year on 29 February the 28th.

    By RFC 5545 such months and years would be left out.
    """
    if not rule.is_plain or rule.freq not in ("MONTHLY", "YEARLY") or due.day <= _LAST_SURE_DAY:
        return rule
    days = tuple(range(_LAST_SURE_DAY, due.day + 1))
    if rule.freq == "MONTHLY":
        return replace(rule, month_days=days, positions=(-1,))
    if (due.month, due.day) != (2, 29):
        return rule
    return replace(rule, months=(2,), month_days=days, positions=(-1,))


def _first_on_the_wall(rule: Rule, due: Due, zone: tzinfo) -> datetime:
    if not isinstance(due, datetime):
        return datetime.combine(due, time())
    wall = due.astimezone(zone).replace(tzinfo=None, fold=0)
    return datetime.combine(wall.date(), rule.clock) if rule.clock else wall


def _due_at(wall: datetime, due: Due, zone: tzinfo) -> Due:
    if not isinstance(due, datetime):
        return wall.date()
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _moment(due: Due, zone: tzinfo) -> datetime:
    return due if isinstance(due, datetime) else datetime.combine(due, time(), tzinfo=zone)


def _first_to_come(rule: Rule, first: datetime, due: Due, zone: tzinfo, after: datetime) -> datetime | None:
    now = after.astimezone(zone)
    for wall in _walls(rule, first, max(first, now.replace(tzinfo=None) - timedelta(days=1))):
        one = _due_at(wall, due, zone)
        has_passed = one < after if isinstance(one, datetime) else one < now.date()
        if wall > first and not has_passed:
            return wall
    return None


def _counted_from(rule: Rule, done: datetime) -> datetime | None:
    if rule.is_plain:
        # From 31 January a month later is the last of February here, where a schedule would leave it out.
        step: dict[str, int] = {_UNITS[rule.freq]: rule.interval}
        return done + relativedelta(**step)  # type: ignore[arg-type]
    later = (wall for wall in _walls(rule, done, done) if wall.date() > done.date())
    return next(later, None)


def _is_within(until: Due | None, wall: datetime, due: Due, zone: tzinfo) -> bool:
    if not isinstance(until, datetime):
        return until is None or wall.date() <= until
    if not isinstance(due, datetime):
        return wall.date() <= (until.astimezone(zone) if until.tzinfo else until).date()
    return due <= until if until.tzinfo else wall <= until


def _walls(rule: Rule, first: datetime, since: datetime) -> Iterator[datetime]:
    """From `since` on, in order; none after the last day that tasks may be due on."""
    if since.date() > LAST_DAY or not comes_at_all(rule, first):
        return iter(())
    step = _STEPS.get(rule.freq, 0) * rule.interval
    if step:
        # Not through all the days since a task was due years ago.
        first += timedelta(days=max((since - first).days // step - 1, 0) * step)
    return takewhile(lambda wall: wall.date() <= LAST_DAY, _asked(rule, first).xafter(since, inc=True))


def _asked(rule: Rule, first: datetime) -> library.rrule:
    """Without its end, which is counted here."""
    return library.rrule(
        _FREQUENCIES[rule.freq],
        dtstart=first,
        interval=rule.interval,
        wkst=rule.week_start,
        byweekday=[library.weekday(weekday, which or None) for which, weekday in rule.weekdays] or None,
        bymonthday=rule.month_days or None,
        bymonth=rule.months or None,
        bysetpos=rule.positions or None,
    )
