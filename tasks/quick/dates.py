"""Where in a line its date stands. What a moment is, `contacts.moments` knows; what is none in a title, this module.

A moment of its own is read eagerly: "1C 8.3", "sun cream" and "10 pieces" must stay in the title.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contacts.moments import Moment, NotAMoment, read_moment
from tasks.quick.vocabulary import LEADING

_LONGEST_PHRASE = 8
_AROUND = '()[]«»"“”,.;:!?…'
_TEMPORAL = re.compile(
    r"\d|day|morrow|night|now|noon|week|month|year|hour|half|mon|tue|wed|thu|fri|sat|sun|завтра|сьогодн|сегодн|зараз"
    r"|сейчас|час|год|дн|день|дня|тиж|недел|нед|міс|мес|рок|рік|пн|вт|ср|чт|пт|сб|вс|нд|пол|опів|четв|п.?ятн|суб|утр"
    r"|ранк|вран|зран|вечер|вечор|ноч|вноч"
)
# Alone they are other things as often: versions, ratios, parts of names, adjectives.
_NUMBER_PAIR = re.compile(r"\d{1,2}[./-]\d{1,2}")
_PADDED_DATE = re.compile(r"(?:\d{1,2}\.(?:0[1-9]|1[0-2])|\d{1,2}/\d{1,2})")
_SHORT_NAME = re.compile(r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|нд|now|зараз|сейчас)\.?")
_PART_OF_DAY = re.compile(r"(?:morning|afternoon|evening|noon|midnight|midday)")
_BARE_HOUR = re.compile(r"(?:(?P<sure>at|в|во|о|об)|на|к|@)\s+\d{1,2}")
# A date behind its preposition, which alone would be read as a time: "на 21.12".
_DATE_FOR = re.compile(r"(?:на|к)\s+\d{1,2}\.(?:0[1-9]|1[0-2])")
_LONE_NUMBERS = frozenset({"24/7", "50/50"})
_PRODUCT = re.compile(r"(?=.*\d)(?=.*[^\W\d]).+|v|ver|version|верс\w*|№|no", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """A word of the line with its place; `is_taken` by something else."""

    text: str
    start: int
    end: int
    is_taken: bool = False

    @property
    def word(self) -> str:
        return self.text.strip(_AROUND).lower()


@dataclass(frozen=True)
class Phrase:
    """`numbers` are the tokens that say the moment; `has_passed` where it was today."""

    numbers: frozenset[int]
    moment: Moment
    has_passed: bool = False


@dataclass(frozen=True)
class _Reader:
    tokens: Sequence[Token]
    now: datetime
    language: str

    def read(self, text: str) -> tuple[Moment, bool] | None:
        try:
            return read_moment(text, now=self.now, language=self.language, prefer="future"), False
        except NotAMoment:
            pass
        try:
            moment = read_moment(text, now=self.now, language=self.language)
        except NotAMoment:
            return None
        # "Today 10:00" at noon is meant, and late; what lay on another day is rather a mistake.
        return (moment, True) if moment.at.date() == self.now.date() else None

    def text(self, start: int, end: int) -> str:
        words = " ".join(token.text for token in self.tokens[start:end])
        return words.strip(_AROUND + " ")

    def runs(self) -> list[tuple[int, int]]:
        """The longest first, of the same length the last first: what comes at the end is rather the date."""
        count = len(self.tokens)
        found = [
            (start, end)
            for start in range(count)
            for end in range(start + 1, min(start + _LONGEST_PHRASE, count) + 1)
            if not any(token.is_taken for token in self.tokens[start:end])
            and any(_TEMPORAL.search(token.word) for token in self.tokens[start:end])
        ]
        return sorted(found, key=lambda run: (run[0] - run[1], -run[0]))


def find_date(tokens: Sequence[Token], now: datetime, language: str) -> Phrase | None:
    """The moment that a line names: a day, a time, or both, which may stand apart."""
    reader = _Reader(tokens, now, language)
    first = _first(reader)
    if first is None:
        return None
    numbers, start, end = first.numbers, min(first.numbers), max(first.numbers) + 1
    rest = [replace(token, is_taken=token.is_taken or number in numbers) for number, token in enumerate(tokens)]
    other = _first(replace(reader, tokens=rest))
    if other is not None and other.moment.has_time != first.moment.has_time:
        own, theirs = reader.text(start, end), reader.text(min(other.numbers), max(other.numbers) + 1)
        both = reader.read(f"{theirs} {own}" if first.moment.has_time else f"{own} {theirs}")
        if both is not None and both[0].has_time:
            return _with_leading(Phrase(numbers | other.numbers, *both), tokens)
    return _with_leading(first, tokens)


def _first(reader: _Reader) -> Phrase | None:
    for start, end in reader.runs():
        text = reader.text(start, end)
        if not _is_rather_title(text.lower(), reader.tokens, start, end):
            found = reader.read(text)
            if found is not None:
                return Phrase(frozenset(range(start, end)), *found)
    return None


def _is_rather_title(text: str, tokens: Sequence[Token], start: int, end: int) -> bool:
    is_last = all(token.is_taken for token in tokens[end:])
    if _NUMBER_PAIR.fullmatch(text):
        is_of_product = start > 0 and _PRODUCT.fullmatch(tokens[start - 1].word) is not None
        return text in _LONE_NUMBERS or is_of_product or not _PADDED_DATE.fullmatch(text)
    if _SHORT_NAME.fullmatch(text):
        return not is_last
    if hour := _BARE_HOUR.fullmatch(text):
        return not (hour["sure"] and is_last)
    return any(pattern.fullmatch(text) for pattern in (_PART_OF_DAY, _DATE_FOR))


def _with_leading(phrase: Phrase, tokens: Sequence[Token]) -> Phrase:
    before = min(phrase.numbers) - 1
    if before >= 0 and not tokens[before].is_taken and tokens[before].word in LEADING:
        return replace(phrase, numbers=phrase.numbers | {before})
    return phrase
