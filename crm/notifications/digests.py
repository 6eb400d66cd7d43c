"""What the daily mail can tell besides notifications: sections that apps register in their `notices.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Entry:
    """A line of a chapter, as plain text; `url` is an address of the product without its host."""

    text: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Chapter:
    """What a section says of one day; `url` leads to the page that says all of it."""

    title: str
    entries: Sequence[Entry]
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the digest that a person can decline.

    `is_offered(user)`: whether his role makes it any use to him. `write(user, day)`: what is said of a day (in his time
    zone, which is active as his language is), None for nothing; only of what he may see at that moment.
    """

    key: str
    label: str | Promise
    is_offered: Callable[[Any], bool]
    write: Callable[[Any, date], Chapter | None]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Called at start-up; the same key replaces."""
    _sections[section.key] = section


def sections_for(user: Any) -> list[Section]:
    return [section for section in _sections.values() if section.is_offered(user)]
