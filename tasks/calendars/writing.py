"""Tasks as VEVENTs: Google shows nothing else.

The lines of an event are put together here, since a library's component takes ten times as long to build and a feed has
thousands of them; escaping is the library's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import vText

from tasks.calendars.rules import accept_rule, rule_beside
from tasks.calendars.zones import zone_text

#: Minutes that a moment takes in the calendar where nothing is said.
USUAL_MINUTES = 30
PRODUCT = "-//Porada//Tasks//EN"
# Longer ones are for the card, to which every event leads.
_LONGEST_TEXT = 1_000
_LONGEST_LINE = 75
_BACKSLASH = 0x5C
_ESCAPED = re.compile(r"[\\;,\r\n]")


class Entry(NamedTuple):
    """What an event says. `due_on` alone is a whole day; `minutes` of None is the usual length.

    `created` and `changed` are as `stamp` writes them.
    `rule` is "" for what does not repeat; `priority` is that of RFC 5545, 0 for none.
    """

    key: str
    version: int
    created: str
    changed: str
    title: str
    text: str
    due_on: date
    due_at: datetime | None
    zone: str
    minutes: int | None
    rule: str
    category: str
    priority: int
    is_done: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True)
class Place:
    """Where events belong: `host` makes their UIDs, `address` ends in a slash and leads to a card by its key.

    Without an address they lead nowhere: cards are not for people outside.
    """

    host: str
    address: str = ""

    def uid(self, key: str) -> str:
        return f"{key}@{self.host}"


def event_lines(entry: Entry, place: Place) -> list[str]:
    """The lines of a VEVENT without its BEGIN and END, folded, in no particular order."""
    link = f"{place.address}{entry.key}/" if place.address else ""
    text = "\n\n".join(part for part in (entry.text[:_LONGEST_TEXT], link) if part)
    lines = [
        f"UID:{place.uid(entry.key)}",
        f"SEQUENCE:{entry.version}",
        f"DTSTAMP:{entry.changed}",
        f"LAST-MODIFIED:{entry.changed}",
        f"CREATED:{entry.created}",
        folded("SUMMARY", f"✓ {entry.title}" if entry.is_done else entry.title),
        f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}",
        *times(entry),
    ]
    if text:
        lines.append(folded("DESCRIPTION", text))
    if link:
        lines.append(f"URL:{link}")
    if entry.category:
        lines.append(folded("CATEGORIES", entry.category))
    if entry.priority:
        lines.append(f"PRIORITY:{entry.priority}")
    return lines


def folded(name: str, text: str) -> str:
    # Most texts have nothing to escape, and the library takes its time to find out.
    return fold(f"{name}:{vText(text).to_ical().decode() if _ESCAPED.search(text) else text}")


def fold(line: str) -> str:
    """Broken after 75 bytes, never inside of a character; the library's own way, sign by sign, takes forty times as
    long, which was most of the time of a feed."""
    content = line.encode()
    if len(content) <= _LONGEST_LINE:
        return line
    parts, start, room = [], 0, _LONGEST_LINE
    while len(content) - start > room:
        end = start + room
        while content[end] & 0xC0 == 0x80:
            end -= 1
        # Some readers do not mend an escape that is torn apart.
        end -= content[end - 1] == _BACKSLASH
        parts.append(content[start:end])
        start, room = end, _LONGEST_LINE - 1
    parts.append(content[start:])
    return b"\r\n ".join(parts).decode()


def times(entry: Entry) -> list[str]:
    """When it is, and by which rule again. What takes no time for others (a day, what is done) leaves them free."""
    if entry.due_at is None:
        days = max(1, -(-(entry.minutes or 0) // 1440))
        end = entry.due_on + timedelta(days=days)
        lines = [f"DTSTART;VALUE=DATE:{_basic(entry.due_on)}", f"DTEND;VALUE=DATE:{_basic(end)}", "TRANSP:TRANSPARENT"]
        return lines + _rule(entry, entry.due_on)
    zone = ZoneInfo(entry.zone or "UTC")
    start = entry.due_at.astimezone(zone)
    end_at = (entry.due_at + timedelta(minutes=entry.minutes or USUAL_MINUTES)).astimezone(zone)
    named = "" if _is_utc(entry) else entry.zone
    lines = [f"DTSTART{_moment(start, named)}", f"DTEND{_moment(end_at, named)}"]
    lines.append("TRANSP:TRANSPARENT" if entry.is_done else "TRANSP:OPAQUE")
    return lines + _rule(entry, start)


def zone_of(entry: Entry) -> str:
    """The zone that the event refers to; "" for none."""
    return "" if entry.due_at is None or _is_utc(entry) else entry.zone


def calendar_text(head: Sequence[str], zones: Iterable[str], events: Iterable[Sequence[str]]) -> str:
    """A whole VCALENDAR. `head` are its own lines beside version and product."""
    parts = ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", f"PRODID:{PRODUCT}\r\n", *(f"{line}\r\n" for line in head)]
    parts += [zone_text(name) for name in zones]
    for lines in events:
        parts += ("BEGIN:VEVENT\r\n", "\r\n".join(lines), "\r\nEND:VEVENT\r\n")
    return "".join([*parts, "END:VCALENDAR\r\n"])


def stamp(moment: datetime) -> str:
    """The instant as RFC 5545 writes it in UTC."""
    return f"{_basic(moment.astimezone(UTC))}Z"


def _rule(entry: Entry, start: date | datetime) -> list[str]:
    if not entry.rule or not accept_rule(entry.rule):
        return []
    written = rule_beside(entry.rule, start)
    return [fold(f"RRULE:{written}")] if written else []


def _is_utc(entry: Entry) -> bool:
    """Also what does not repeat and begins in the hour that comes twice: by its wall clock it would be the first."""
    if entry.due_at is None or entry.zone in ("", "UTC", "Etc/UTC"):
        return True
    return not entry.rule and entry.due_at.astimezone(ZoneInfo(entry.zone)).fold == 1


def _moment(moment: datetime, zone: str) -> str:
    if not zone or moment.fold:
        return f":{stamp(moment)}"
    return f";TZID={zone}:{_basic(moment)}"


def _basic(moment: date | datetime) -> str:
    """As RFC 5545 writes it, without a zone; ten times as quick as by a pattern."""
    return moment.isoformat()[:19].replace("-", "").replace(":", "")
