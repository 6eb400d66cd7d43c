"""Durations as people type them, and as they are told.

pytimeparse2, the best known library for this, reads "1:30" as ninety seconds and no decimal comma: hours are what
people enter here, so the few forms are read by a grammar of our own.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

DAY_MINUTES = 24 * 60
_LONGEST_TEXT = 20
# English, Ukrainian and Russian, whatever the language of the page: people type as they are used to.
_HOURS = r"(?:h|hr|hrs|hours?|г|год|годин[аи]?|ч|час(?:а|ов)?)\.?"
_MINUTES = r"(?:m|min|mins|minutes?|м|мин|хв|х)\.?"
_NUMBER = r"\d{1,5}(?:[.,]\d{1,4})?"
_CLOCK = re.compile(r"(\d{0,2}):([0-5]\d)")
_PLAIN = re.compile(rf"({_NUMBER})")
_WORDS = re.compile(rf"(?:({_NUMBER})\s*{_HOURS})?\s*(?:({_NUMBER})\s*{_MINUTES})?", re.IGNORECASE)
_HOURS_THEN_DIGITS = re.compile(rf"(\d{{1,2}})\s*{_HOURS}\s*([0-5]?\d)", re.IGNORECASE)


class NoDuration(ValueError):
    """Nothing that says how long."""


class TooLong(ValueError):
    """More than a day has."""


def minutes_of(text: str) -> int:
    """ "1:30", "1,5", "1.5", "90m", "1h 30m", "1h30", "2": minutes, 0 for an empty text.

    A number alone is hours. Parts of a minute are rounded, halves up. Raises NoDuration, TooLong.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if not cleaned:
        return 0
    if len(cleaned) > _LONGEST_TEXT or not cleaned.isprintable():
        raise NoDuration
    minutes = _read(cleaned)
    if minutes > DAY_MINUTES:
        raise TooLong
    return minutes


def _read(text: str) -> int:
    for form, factors in ((_CLOCK, (60, 1)), (_PLAIN, (60,)), (_HOURS_THEN_DIGITS, (60, 1)), (_WORDS, (60, 1))):
        found = form.fullmatch(text)
        if found is not None and any(found.groups()):
            parts = zip(found.groups(), factors, strict=True)
            exact = sum((_number(part) * factor for part, factor in parts), Decimal(0))
            return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    raise NoDuration


def _number(part: str | None) -> Decimal:
    return Decimal((part or "0").replace(",", "."))


def duration_text(minutes: int) -> str:
    """ "1:30"; the same in every language."""
    sign = "−" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours}:{rest:02}"


def hours_of(minutes: int) -> Decimal:
    """For sums and files: hours with two digits after the point."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
