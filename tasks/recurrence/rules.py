"""A rule of RFC 5545 as tasks know it: read from text, refused in sentences for users, and written back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from tasks.models import FIRST_DAY, LAST_DAY

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_DAYS = tuple((0, weekday) for weekday in range(5))
LONGEST_RULE, MOST_COUNTED = 500, 10_000
#: Ten years: what comes more rarely is no task.
LONGEST_INTERVALS = {"DAILY": 3_660, "WEEKLY": 520, "MONTHLY": 120, "YEARLY": 10}
_BELOW_A_DAY = ("SECONDLY", "MINUTELY", "HOURLY")
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,9}")
_UNTIL = re.compile(r"(?P<day>\d{8})(?:T(?P<clock>\d{6})(?P<utc>Z)?)?")


class NotARule(ValueError):
    """Its text is a sentence for the user, in his language."""


@dataclass(frozen=True)
class Rule:
    """`weekdays` are (which one, day with Monday as 0), which one being 0 for every one and -1 for the last.

    `count` is how many are left with the present one. `until` is inclusive: a day, a moment in UTC or one on the wall.
    `clock` is the time on the wall where it is another one than that of the present task.
    """

    freq: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    count: int | None = None
    until: date | datetime | None = None
    week_start: int = 0
    clock: time | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it names no days: they follow from the day that it starts on."""
        return not (self.weekdays or self.month_days or self.months)

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in _written(self) if value)


def parse_rule(text: str) -> Rule:
    """Raises NotARule. That its days come at all depends on the first one: `comes_at_all`."""
    parts = _parts(text)
    freq = parts.pop("FREQ", "")
    if freq in _BELOW_A_DAY:
        raise NotARule(_("Tasks repeat by days, weeks, months or years, not by hours, minutes or seconds."))
    if freq not in LONGEST_INTERVALS:
        raise NotARule(_not_understood())
    values: dict[str, Any] = {"freq": freq}
    for name, value in parts.items():
        reader = _READERS.get(name)
        if reader is None:
            raise NotARule(_("Rules for tasks do not know %(part)s.") % {"part": name})
        values[reader[0]] = reader[1](value)
    values["clock"] = _clock(values.pop("hour", None), values.pop("minute", None))
    rule = Rule(**values)
    _refuse_what_makes_no_sense(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    plain = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    if len(text) > LONGEST_RULE or not plain.isascii() or not plain.isprintable():
        raise NotARule(_not_understood())
    parts: dict[str, str] = {}
    for part in plain.split(";"):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (sign and value):
            raise NotARule(_not_understood())
        if name in parts:
            raise NotARule(_("%(part)s stands here twice.") % {"part": name})
        parts[name] = value
    return parts


def _not_understood() -> str:
    return _("This is no rule for repeating. Write for example FREQ=WEEKLY;BYDAY=MO,TH.")


def _refuse_what_makes_no_sense(rule: Rule) -> None:
    longest = LONGEST_INTERVALS[rule.freq]
    if rule.interval > longest:
        raise NotARule(_("INTERVAL must be between 1 and %(most)s here.") % {"most": longest})
    if rule.count is not None and rule.until is not None:
        raise NotARule(_("Give either COUNT or UNTIL, not both."))
    if rule.freq in ("DAILY", "WEEKLY") and any(which for which, _weekday in rule.weekdays):
        raise NotARule(_("Only months and years have a first or last Monday: leave the numbers out of BYDAY."))
    if rule.freq == "WEEKLY" and rule.month_days:
        raise NotARule(_("Weeks have no days of the month: leave BYMONTHDAY out, or repeat by months."))
    if rule.positions and rule.is_plain:
        raise NotARule(_("BYSETPOS chooses among days: name them with BYDAY, BYMONTHDAY or BYMONTH."))


def _numbers(name: str, lowest: int, highest: int, *, is_from_end: bool = False) -> Callable[[str], tuple[int, ...]]:
    def read(value: str) -> tuple[int, ...]:
        found = [_number(name, one, highest, lowest=-highest if is_from_end else lowest) for one in value.split(",")]
        if 0 in found:
            raise NotARule(_between(name, lowest, highest))
        return tuple(sorted(set(found), key=lambda number: (number < 0, number)))

    return read


def _one(name: str, lowest: int, highest: int) -> Callable[[str], int]:
    return lambda value: _number(name, value, highest, lowest=lowest)


def _number(name: str, value: str, highest: int, *, lowest: int) -> int:
    number = int(value) if _NUMBER.fullmatch(value.strip()) else None
    if number is None or not lowest <= number <= highest:
        raise NotARule(_between(name, max(lowest, 1) if lowest < 0 else lowest, highest))
    return number


def _between(name: str, lowest: int, highest: int) -> str:
    return _("%(part)s must be between %(lowest)s and %(highest)s.") % {
        "part": name,
        "lowest": lowest,
        "highest": highest,
    }


def _weekdays(value: str) -> tuple[tuple[int, int], ...]:
    found = [_WEEKDAY.fullmatch(one.strip()) for one in value.split(",")]
    days = {(int(one[1] or 0), WEEKDAYS.index(one[2])) for one in found if one and one[1] not in ("0", "00")}
    if None in found or not days or any(abs(which) > 53 for which, _weekday in days):
        raise NotARule(_("BYDAY names days such as MO, 1MO for the first Monday or -1FR for the last Friday."))
    return tuple(sorted(days, key=lambda day: (day[0] < 0, day)))


def _week_start(value: str) -> int:
    if value not in WEEKDAYS:
        raise NotARule(_("WKST names the day on which weeks start, such as MO."))
    return WEEKDAYS.index(value)


def _until(value: str) -> date | datetime:
    found = _UNTIL.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        moment = datetime.strptime(found["day"] + (found["clock"] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise NotARule(_("UNTIL is a day such as 20301231, or a moment such as 20301231T120000Z.")) from error
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise NotARule(_between("UNTIL", FIRST_DAY.year, LAST_DAY.year))
    if not found["clock"]:
        return moment.date()
    return moment.replace(tzinfo=UTC) if found["utc"] else moment


def _clock(hour: int | None, minute: int | None) -> time | None:
    if hour is None and minute is not None:
        raise NotARule(_("BYMINUTE needs BYHOUR."))
    return None if hour is None else time(hour, minute or 0)


_READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "INTERVAL": ("interval", _one("INTERVAL", 1, 999_999_999)),
    "BYDAY": ("weekdays", _weekdays),
    "BYMONTHDAY": ("month_days", _numbers("BYMONTHDAY", 1, 31, is_from_end=True)),
    "BYMONTH": ("months", _numbers("BYMONTH", 1, 12)),
    "BYSETPOS": ("positions", _numbers("BYSETPOS", 1, 366, is_from_end=True)),
    "COUNT": ("count", _one("COUNT", 1, MOST_COUNTED)),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", _week_start),
    "BYHOUR": ("hour", _one("BYHOUR", 0, 23)),
    "BYMINUTE": ("minute", _one("BYMINUTE", 0, 59)),
}


def _written(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("FREQ", rule.freq),
        ("INTERVAL", str(rule.interval) if rule.interval > 1 else ""),
        ("BYDAY", ",".join(f"{which or ''}{WEEKDAYS[weekday]}" for which, weekday in rule.weekdays)),
        ("BYMONTHDAY", ",".join(map(str, rule.month_days))),
        ("BYMONTH", ",".join(map(str, rule.months))),
        ("BYSETPOS", ",".join(map(str, rule.positions))),
        ("BYHOUR", str(rule.clock.hour) if rule.clock else ""),
        ("BYMINUTE", str(rule.clock.minute) if rule.clock else ""),
        ("COUNT", str(rule.count or "")),
        ("UNTIL", _written_until(rule.until)),
        ("WKST", WEEKDAYS[rule.week_start] if rule.week_start else ""),
    ]


def _written_until(until: date | datetime | None) -> str:
    if not isinstance(until, datetime):
        return f"{until:%Y%m%d}" if until else ""
    return f"{until:%Y%m%dT%H%M%S}{'Z' if until.tzinfo else ''}"
