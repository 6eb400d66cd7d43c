"""A line taken apart: what of it is understood, where it stands, and what is left as the title. No database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _

from tasks.models import Priority, TaskNature
from tasks.quick.dates import Phrase, Token, find_date
from tasks.quick.vocabulary import NATURES, PRIORITIES

LONGEST_LINE = 500
_MOST_NAMED = 3
# Each asks the database, at every stroke of a key.
_MOST_MARKS = 5
_TOKEN = re.compile(r'[@#]"[^"]{1,100}"|\S+')
_NAMING = re.compile(r'(?P<sign>[@#!])(?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s"@#!]+))')
_AROUND = '()[]«»"“”,;:?…'
_SHORTEST_NAME = 4
_MOST_LOOKED_UP = 3


class Part(StrEnum):
    """What a span of the line says."""

    KIND = "kind"
    DUE = "due"
    PRIORITY = "priority"
    PERSON = "person"
    ABOUT = "about"
    TAG = "tag"


_LOOKED_UP = (Part.PERSON, Part.ABOUT, Part.TAG)


@dataclass(frozen=True)
class Span:
    """Characters of the line from `start` until before `end`."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True)
class Match:
    """Something that a name in the line may mean. `field` is the field of the task that takes it."""

    field: str
    key: Any
    label: str


class Finders(Protocol):
    """Looks names up, within the sight of whoever writes the line."""

    def people(self, name: str) -> Sequence[Match]:
        """Colleagues who may be given tasks."""

    def about(self, name: str) -> Sequence[Match]:
        """Records of that name: one, or all among which it cannot be told which one is meant."""

    def contact(self, names: Sequence[str]) -> Match | None:
        """The one person who bears all of these names, in whatever case; None where there are several."""


@dataclass(frozen=True)
class Draft:
    """The task of a line. `problems` keep it from being saved, `notes` do not; both are sentences for the user.

    `due` is a moment where the line names a time, else a day. `contact` is a suggestion alone.
    """

    title: str = ""
    nature: TaskNature | None = None
    due: date | datetime | None = None
    priority: Priority | None = None
    person: Match | None = None
    about: Mapping[str, Match] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    contact: Match | None = None
    spans: tuple[Span, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_line(text: str, now: datetime, zone: tzinfo, language: str, finders: Finders) -> Draft:
    """`now` is aware. Dates and words are read in all three languages, the reader's own first."""
    line = text[:LONGEST_LINE]
    tokens = [Token(found[0], found.start(), found.end()) for found in _TOKEN.finditer(line)]
    draft = Draft(problems=(_("Shorten the line: it is too long."),)) if len(text) > LONGEST_LINE else Draft()
    for number, token in enumerate(tokens):
        named = _NAMING.fullmatch(token.text.rstrip(_AROUND) if '"' not in token.text else token.text)
        if named is None:
            continue
        told = _name(draft, named["sign"], named["quoted"] or named["plain"], finders)
        if len(told.spans) > len(draft.spans):
            spans = (*draft.spans, replace(told.spans[-1], start=token.start, end=token.end))
            told = replace(told, spans=spans)
            tokens[number] = replace(token, is_taken=True)
        draft = told
    draft, tokens = _read_date(draft, tokens, now.astimezone(zone), language)
    draft = _read_kind(draft, tokens)
    title = " ".join(token.text for token in tokens if not token.is_taken).strip(" ,;")
    draft = replace(draft, title=title, spans=tuple(sorted(draft.spans, key=lambda span: span.start)))
    return draft if "contact" in draft.about else replace(draft, contact=_suggested(draft, tokens, finders))


def _name(draft: Draft, sign: str, name: str, finders: Finders) -> Draft:
    if sign == "!":
        priority = PRIORITIES.get(name.lower())
        return _with(draft, Part.PRIORITY, priority=priority) if priority else draft
    if sum(span.part in _LOOKED_UP for span in draft.spans) + len(draft.problems) >= _MOST_MARKS:
        return _refused(draft, _("The line names too much: “%(name)s” is not looked up.") % {"name": name})
    if sign == "@":
        return _person(draft, name, finders)
    return _about(draft, name.replace("_", " "), finders)


def _person(draft: Draft, name: str, finders: Finders) -> Draft:
    found = finders.people(name)
    if len(found) == 1:
        return _with(draft, Part.PERSON, person=found[0])
    if not found:
        return _refused(draft, _("You can give tasks to nobody who is called “%(name)s”.") % {"name": name})
    return _refused(draft, _several(name, found))


def _about(draft: Draft, name: str, finders: Finders) -> Draft:
    found = finders.about(name)
    if len(found) == 1:
        return _with(draft, Part.ABOUT, about={**draft.about, found[0].field: found[0]})
    if found:
        return _refused(draft, _several(name, found))
    if name.isdigit():
        # "Fix #123" is a number of something else.
        return draft
    return _with(draft, Part.TAG, tags=tuple(dict.fromkeys((*draft.tags, name))))


def _several(name: str, found: Sequence[Match]) -> str:
    said = ", ".join(match.label for match in found[:_MOST_NAMED])
    more = "…" if len(found) > _MOST_NAMED else ""
    return _("“%(name)s” may be several: %(found)s. Write more of the name.") % {"name": name, "found": said + more}


def _with(draft: Draft, part: Part, **values: Any) -> Draft:
    return replace(draft, spans=(*draft.spans, Span(0, 0, part)), **values)


def _refused(draft: Draft, sentence: str) -> Draft:
    return replace(draft, problems=(*draft.problems, sentence))


def _read_date(draft: Draft, tokens: list[Token], now: datetime, language: str) -> tuple[Draft, list[Token]]:
    phrase = find_date(tokens, now, language)
    if phrase is None:
        return draft, tokens
    due = phrase.moment.at.replace(second=0, microsecond=0) if phrase.moment.has_time else phrase.moment.at.date()
    notes = (_("This moment has already passed."),) if phrase.has_passed else ()
    draft = replace(draft, due=due, spans=(*draft.spans, *_spans_of(phrase, tokens)), notes=(*draft.notes, *notes))
    return draft, [
        replace(token, is_taken=token.is_taken or number in phrase.numbers) for number, token in enumerate(tokens)
    ]


def _spans_of(phrase: Phrase, tokens: Sequence[Token]) -> list[Span]:
    """One for each run of words."""
    spans: list[Span] = []
    before = None
    for number in sorted(phrase.numbers):
        token = tokens[number]
        if before == number - 1:
            spans[-1] = replace(spans[-1], end=token.end)
        else:
            spans.append(Span(token.start, token.end, Part.DUE))
        before = number
    return spans


def _read_kind(draft: Draft, tokens: Sequence[Token]) -> Draft:
    """The verb at the beginning, which stays in the title."""
    first = next((token for token in tokens if not token.is_taken), None)
    nature = NATURES.get(first.word) if first else None
    if first is None or nature is None:
        return draft
    return replace(draft, nature=nature, spans=(*draft.spans, Span(first.start, first.end, Part.KIND)))


def _suggested(draft: Draft, tokens: Sequence[Token], finders: Finders) -> Match | None:
    """Who is meant by the names of the title: words with a capital letter, and the one behind "call"."""
    words = [token.text.strip(_AROUND) for token in tokens if not token.is_taken]
    if draft.nature is not None:
        words = words[1:]
    found = (finders.contact(names) for names in _names(words, is_behind_verb=draft.nature is not None))
    return next((match for match in found if match is not None), None)


def _names(words: Sequence[str], *, is_behind_verb: bool) -> list[list[str]]:
    """First "Irina Petrova", then "Irina" alone, since the other may be a company."""
    runs: list[list[str]] = [[]]
    for number, word in enumerate(words):
        if _may_be_name(word, is_behind_verb and number == 0):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    several = [run[:2] for run in runs if len(run) > 1]
    return [*several, *([name] for run in runs for name in run)][:_MOST_LOOKED_UP]


def _may_be_name(word: str, is_behind_verb: bool) -> bool:
    return len(word) >= _SHORTEST_NAME and word.isalpha() and (word[0].isupper() or is_behind_verb)
