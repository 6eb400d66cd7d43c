"""The components of a calendar file, however broken some of them are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from icalendar import Calendar

from crm.imports.reading.limits import Refused as UnreadableText
from crm.imports.reading.text import detect_encoding
from tasks.calendars.reading.found import DEEPEST, MOST_BYTES, MOST_EVENTS, Refused

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_EDGE = re.compile(r"^(BEGIN|END):(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_KINDS = ("VEVENT", "VTODO")


def components_of(path: Path) -> Iterator[Any]:
    """Its events and to-dos, with None for each that cannot be read at all. Raises Refused."""
    text = _text_of(path)
    _refuse_by_shape(text)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        found = [each for calendar in calendars for each in calendar.walk() if each.name in _KINDS]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 whatever the library stumbles over: one bad block leaves the others readable
        found = []
    # Of a calendar without an end it has found nothing.
    yield from found or _one_by_one(text)


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise Refused("too_large")
    if not content.strip():
        raise Refused("empty")
    if content.startswith(_ARCHIVES):
        raise Refused("archive")
    try:
        encoding = detect_encoding(path)
    except UnreadableText:
        # A stray NUL among readable text.
        encoding = "utf-8"
    text = content.decode(encoding, errors="replace").replace("\x00", "").lstrip("\ufeff")
    # A lone carriage return was the end of a line on old machines.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_by_shape(text: str) -> None:
    depth = deepest = events = 0
    for edge, name in _EDGE.findall(text):
        depth += 1 if edge.upper() == "BEGIN" else -1
        deepest = max(deepest, depth)
        events += edge.upper() == "BEGIN" and name.upper() in _KINDS
    if deepest > DEEPEST:
        raise Refused("hostile")
    if not deepest:
        raise Refused("not_a_calendar")
    if events > MOST_EVENTS:
        raise Refused("too_many")
    if not events:
        raise Refused("no_events")


def _one_by_one(text: str) -> Iterator[Any]:
    blocks = list(_blocks(text))
    zones = "".join(f"{block}\n" for kind, block in blocks if kind == "VTIMEZONE" and _read(block))
    wanted = [block for kind, block in blocks if kind in _KINDS]
    if not wanted:
        raise Refused("broken")
    for block in wanted:
        found = _read(zones + block)
        yield found[0] if found else None


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The kind and the text of each block that is closed; one that begins inside another takes its place."""
    kind, lines = "", list[str]()
    for line in text.split("\n"):
        edge, _colon, name = line.strip().upper().partition(":")
        if edge == "BEGIN" and name in (*_KINDS, "VTIMEZONE"):
            kind, lines = name, []
        if kind:
            lines.append(line)
        if edge == "END" and name == kind:
            yield kind, "\n".join(lines)
            kind = ""


def _read(blocks: str) -> list[Any]:
    try:
        calendar = Calendar.from_ical(f"BEGIN:VCALENDAR\n{blocks}\nEND:VCALENDAR\n")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 as above
        return []
    return [each for each in calendar.walk() if each.name in (*_KINDS, "VTIMEZONE")][-1:]
