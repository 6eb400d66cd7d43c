"""The process that opens a stranger's calendar: `… child FILE NOW ZONE MEMORY`, with NOW in ISO 8601.

Writes the found events as JSON to standard output. A refusal is the one word there, with exit code 3.
"""

import json
import resource
import sys
import warnings
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from crm.imports.reading.cells import as_text
from tasks.calendars.reading.blocks import components_of
from tasks.calendars.reading.found import CPU_SECONDS, Found, Refused
from tasks.calendars.reading.moments import Moment, inside, minutes_between, minutes_of, moment_of, one, placed, written
from tasks.calendars.reading.series import NoSuchRule, next_in_series, rule_of

REFUSED = 3
_MOST_PEOPLE = 200
_MOST_ALARMS = 5
_MAILTO = "mailto:"


class Reader:
    """Reads the components of one file, at one moment, for one person's clock."""

    def __init__(self, now: datetime, floating: str) -> None:
        self.now, self.floating = now, floating
        #: By UID: the occurrences that have an event of their own.
        self.replaced: dict[str, set[date | datetime]] = {}

    def read(self, components: Iterable[Any]) -> list[Found]:
        each = list(components)
        for component in each:
            self._note_replaced(component)
        return [self._found_or_broken(position, component) for position, component in enumerate(each, start=1)]

    def _note_replaced(self, component: Any) -> None:
        instead = moment_of(one(component, "RECURRENCE-ID")) if component is not None else None
        if instead is not None:
            self.replaced.setdefault(_text(component, "UID"), set()).add(instead.at)

    def _found_or_broken(self, position: int, component: Any) -> Found:
        """What cannot be counted with, such as the last hour of the year 9999, is a fault of its own event alone."""
        try:
            return self._found(position, component)
        except (ValueError, OverflowError):
            return Found(position, problem="broken")

    def _found(self, position: int, component: Any) -> Found:
        if component is None:
            return Found(position, problem="broken")
        found = _plain(position, component)
        start = _start_of(component, is_todo=found.is_todo)
        faulty = {name for name, _fault in component.errors if name}
        if start is None:
            has_none = found.is_todo and not faulty & {"DUE", "DTSTART"}
            found.problem = "" if has_none else "no_start"
        elif not start.is_in_range:
            found.problem = "out_of_range"
        else:
            self._place(found, component, start)
        if not found.uid:
            found.uid = "porada-" + sha256(f"{found.title}|{found.start}|{found.zone}".encode()).hexdigest()[:32]
        return found

    def _place(self, found: Found, component: Any, start: Moment) -> None:
        found.start = found.next = written(start.at)
        found.zone, found.zone_note, found.zone_name = start.zone, start.note, as_text(start.named)[:100]
        found.minutes = self._minutes(component, start)
        found.alarms = _alarms(component, start, self.floating)
        found.further_dates = len(_dates(component, "RDATE"))
        try:
            found.rule = rule_of(component)
        except NoSuchRule:
            found.is_rule_lost = True
        # The library tells of a rule that it did not understand, and leaves it out.
        found.is_rule_lost |= any(name == "RRULE" for name, _fault in component.errors)
        if found.rule:
            self._follow(found, component, start)

    def _follow(self, found: Found, component: Any, start: Moment) -> None:
        left_out = frozenset(self.replaced.get(found.uid, ())).union(each.at for each in _dates(component, "EXDATE"))
        try:
            following, rule = next_in_series(found.rule, start, left_out, now=self.now, floating=self.floating)
        except NoSuchRule:
            found.rule, found.is_rule_lost = "", True
            return
        found.next, found.rule = written(following), rule
        if following is not None:
            day = following.date() if isinstance(following, datetime) else following
            found.exceptions = sum((each.date() if isinstance(each, datetime) else each) > day for each in left_out)

    def _minutes(self, component: Any, start: Moment) -> int | None:
        if component.name == "VTODO":
            return None
        end = moment_of(one(component, "DTEND"))
        if end is not None:
            return minutes_between(start, end, self.floating)
        length = inside(one(component, "DURATION"), "dt")
        return minutes_of(length) if isinstance(length, timedelta) else None


def _plain(position: int, component: Any) -> Found:
    """What needs no clock."""
    changed = moment_of(one(component, "LAST-MODIFIED")) or moment_of(one(component, "DTSTAMP"))
    instead = moment_of(one(component, "RECURRENCE-ID"))
    where, link = _text(component, "LOCATION"), _text(component, "URL")
    parts = [_text(component, "DESCRIPTION"), where and f"@ {where}", link]
    return Found(
        position,
        is_todo=component.name == "VTODO",
        uid=_text(component, "UID"),
        recurrence=written(instead.at) if instead else "",
        sequence=_number(component, "SEQUENCE"),
        changed_at=changed.instant("UTC").isoformat() if changed and changed.is_in_range else "",
        title=" ".join(_text(component, "SUMMARY").split()),
        text="\n\n".join(part for part in parts if part),
        status=_text(component, "STATUS").upper()[:20],
        priority=_number(component, "PRIORITY"),
        percent=_number(component, "PERCENT-COMPLETE"),
        people=_people(component),
    )


def _start_of(component: Any, *, is_todo: bool) -> Moment | None:
    due = moment_of(one(component, "DUE")) if is_todo else None
    return due or moment_of(one(component, "DTSTART"))


def _text(component: Any, name: str) -> str:
    value = one(component, name)
    return as_text(str(value)) if value is not None else ""


def _number(component: Any, name: str) -> int:
    try:
        return max(0, min(int(str(one(component, name))), 10_000))
    except ValueError:
        return 0


def _people(component: Any) -> list[str]:
    found: dict[str, None] = {}
    for name in ("ORGANIZER", "ATTENDEE"):
        values = component.get(name) or []
        for value in values if isinstance(values, list) else [values]:
            address = as_text(str(value)).strip().casefold()
            if address.startswith(_MAILTO):
                address = address.removeprefix(_MAILTO)
            if "@" in address:
                found[address[:254]] = None
    return list(found)[:_MOST_PEOPLE]


def _dates(component: Any, name: str) -> list[Moment]:
    values = component.get(name) or []
    found = []
    for value in values if isinstance(values, list) else [values]:
        named = str((inside(value, "params") or {}).get("TZID", ""))
        for each in inside(value, "dts") or []:
            moment = each.dt[0] if isinstance(each.dt, tuple) else each.dt
            if isinstance(moment, date):
                found.append(placed(moment, named))
    return found


def _alarms(component: Any, start: Moment, floating: str) -> list[int]:
    """Minutes before the start."""
    found = set()
    for alarm in component.subcomponents:
        trigger = one(alarm, "TRIGGER") if alarm.name == "VALARM" else None
        when = inside(trigger, "dt")
        if isinstance(when, datetime) and when.tzinfo is not None:
            when = when - start.instant(floating)
        if isinstance(when, timedelta) and when <= timedelta():
            found.add(int(-when.total_seconds() // 60))
    return sorted(found)[:_MOST_ALARMS]


def _limit_resources(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: Path, now: str, floating: str) -> None:
    reader = Reader(datetime.fromisoformat(now).astimezone(UTC), floating)
    json.dump([asdict(found) for found in reader.read(components_of(path))], sys.stdout)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _limit_resources(int(sys.argv[4]))
    try:
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    except Refused as refusal:
        sys.stdout.write(refusal.code)
        sys.exit(REFUSED)
    except MemoryError:
        sys.stdout.write("too_long")
        sys.exit(REFUSED)
