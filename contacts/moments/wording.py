"""A text made ready for dateparser: admitted by its shape, and put into words that dateparser knows where it fails."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from enum import Enum, auto

from contacts.moments.clock import NotUnderstood, take_time
from contacts.moments.dates import calendar_date, weekday_alone


class Kind(Enum):
    TIME_ALONE = auto()
    WEEKDAY = auto()
    DATE = auto()
    RELATIVE = auto()


@dataclass(frozen=True)
class Wording:
    """`day` is what dateparser shall read; `weekday` (Monday is 0) is what a date must agree with."""

    kind: Kind
    day: str
    time: time | None
    weekday: int | None = None


_DAY_NAME = r"(?:yesterday|today|tomorrow|вчера|сегодня|завтра|вчора|учора|сьогодні)"
_BEFORE, _AFTER = "(?:in|через|за)", "(?:ago|назад|тому)"
_NUMERAL = rf"(?!(?:{_DAY_NAME}|{_BEFORE}|{_AFTER})\b)[^\W\d]+(?:'[^\W\d]+)?"
_UNIT = (
    r"(?:s|m|h|d|w|y|(?:sec|min|hour|hr|day|week|month|year)\w*|[счдг]|(?:полу?|пів)?(?:сек|мин|хв|час|год|рок)\w*"
    r"|(?:д[еін]|сут|доб|діб|нед|тиж|мес|міс|лет|рік)\w*)\b\.?"
)
_COUNTED = rf"\d{{1,4}}(?:[.,]\d)?\s?{_UNIT}"
_AMOUNT = (
    r"(?:(?:about|около|примерно|близько|приблизно)\s)?"
    rf"(?:{_COUNTED}(?:\s(?:(?:and|и|і|й|та)\s)?{_COUNTED}){{0,3}}|(?:{_NUMERAL}\s){{0,3}}{_UNIT})"
)
_PERIOD = r"(?:week|month|year|недел\w+|месяц\w*|году|тиж\w+|місяц\w+|ро[кц]\w+)"
# dateparser drops what it cannot place: "yesterday 15" and "yesterday tomorrow" would be days to it, and "two hours",
# which may be a duration, a moment.
_RELATIVE = re.compile(
    r"(?:just )?now|сейчас|зараз"
    rf"|(?:(?:the )?day (?:before|after) |поза|после|після)?{_DAY_NAME}"
    rf"|(?:(?:в|на|у) )?(?:last|next|прошл\w+|следующ\w+|минул\w+|наступн\w+) {_PERIOD}"
    rf"|{_BEFORE} {_AMOUNT}|{_AMOUNT} {_AFTER}"
)
# dateparser understands "час назад", but neither "тиждень тому" nor "через годину".
_ONE_UNIT = re.compile(r"^((?:через|за)\s)?(?=(?:хвилину|годину|день|тиждень|місяць|рік)\b)")
_SAME_MEANING = (
    (re.compile(r"\btonight\b"), "today evening"),
    (re.compile(r"\blast night\b"), "yesterday evening"),
    (re.compile(r"\bв час (?=дня\b|ночи\b)"), "в 1 час "),
    (re.compile(r"\bhalf an hour\b"), "30 minutes"),
    (re.compile(r"^(?:только что|щойно|тільки що)$"), "now"),
    (re.compile(r"\bthis (?=morning\b|afternoon\b|evening\b)"), "today "),
)


def take_apart(text: str) -> Wording:
    day, clock = take_time(_plain(text))
    if not day and clock is not None:
        return Wording(Kind.TIME_ALONE, "", clock)
    if weekday := weekday_alone(day):
        return Wording(Kind.WEEKDAY, weekday, clock)
    date, beside = calendar_date(day)
    if date:
        return Wording(Kind.DATE, date, clock, beside)
    if not _RELATIVE.fullmatch(day):
        raise NotUnderstood
    return Wording(Kind.RELATIVE, _ONE_UNIT.sub(r"\g<1>1 ", day), clock)


def _plain(text: str) -> str:
    """Small letters, single spaces, one apostrophe; commas only within numbers."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub("[’ʼ‘`´′]", "'", folded)
    folded = re.sub(r"(?<=\d)t(?=\d\d:)", " ", folded)
    folded = " ".join(re.sub(r",(?!\d)", " ", folded).split()).rstrip(" ,;!")
    for pattern, words in _SAME_MEANING:
        folded = pattern.sub(words, folded)
    return folded
