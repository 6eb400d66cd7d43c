"""Cells in which a person stands with his position, phones and e-mails: "Коваль О.П., директор, 044 123-45-67"."""

import re
from dataclasses import dataclass, field

from contacts.imports.fields import NO_POSITION, PERSON_FIELD
from contacts.person_names import PersonName, parse_person_name
from crm.imports.cells import header_key
from crm.imports.contents import is_clearly_a_person

_EMAIL = re.compile(r"(?:mailto:)?[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>()]{2,}")
_EXTENSION = r"(?:\s*,?\s*(?:доб|внутр|вн|дод|ext|x)\.?\s*\d{1,6})?"
_PHONE = re.compile(rf"[+(]{{0,2}}\d(?:[\s().\-‐-―]{{0,3}}\d){{4,16}}{_EXTENSION}", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"(?<!\w)(?:тел(?:ефон)?|моб(?:ильный|ільний)?|сот|раб(?:очий)?|роб|дом|факс|phone|tel|mob(?:ile)?|cell|fax|т|м|ф|e-?mail)"
    r"(?:\.|:|$|(?=\s*[,;\x01\x02]))\s*",
    re.IGNORECASE,
)
_BORDERS = re.compile(r"[,;|\n/()\[\]]|\s[-‐-―]\s|:\s")
_TAKEN_OUT = re.compile("([\x01\x02])")
_POSITIONS = frozenset(header_key(word) for word in PERSON_FIELD.header_words) - {header_key(w) for w in NO_POSITION}
_LONGEST_POSITION = 200


@dataclass
class PersonCell:
    """A person of a cell; `phones` holds texts as typed, `position` what stands beside the name.

    `is_certain`: initials or a patronymic say that it is a person, whatever the column is meant for.
    """

    name: PersonName
    position: str = ""
    is_certain: bool = False
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


@dataclass
class SplitCell:
    """`rest` are words of the cell that belong to nobody."""

    people: list[PersonCell]
    rest: list[str]


def split_people(text: str) -> SplitCell:
    """Everybody in the cell, with what stands behind (or before the first of) them."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self.people: list[PersonCell] = []
        self.rest: list[str] = []
        # Phones and e-mails before the first name are his.
        self.early = PersonCell(PersonName())

    def read(self, text: str) -> SplitCell:
        emails = [found.removeprefix("mailto:") for found in _EMAIL.findall(text)]
        marked = _EMAIL.sub("\x02", text)
        phones = _PHONE.findall(marked)
        marked = _PHONE_WORD.sub(" ", _PHONE.sub("\x01", marked))
        supply = {"\x01": iter(phones), "\x02": iter(emails)}
        for piece in _TAKEN_OUT.split(marked):
            if piece in supply:
                holder = self.people[-1] if self.people else self.early
                (holder.phones if piece == "\x01" else holder.emails).append(next(supply[piece]).strip(" ,"))
            else:
                self._take_words(piece)
        return SplitCell(self.people, self.rest)

    def _take_words(self, words: str) -> None:
        if not self.people and _is_turned(words):
            self._meet(parse_person_name(words))
            return
        for piece in _BORDERS.split(words):
            bare = piece.strip(" .,;:-\t")
            if any(character.isalpha() for character in bare):
                self._take(bare if not piece.rstrip().endswith(".") else f"{bare}.")

    def _take(self, piece: str) -> None:
        title, name = _title_before(piece)
        person = parse_person_name(name)
        is_certain = is_clearly_a_person(name)
        is_new = is_certain or (not self.people and not _is_position(name))
        if is_new and not person.is_empty:
            self._meet(person, title, is_certain=is_certain)
        elif self.people and not self.people[-1].position:
            self.people[-1].position = piece[:_LONGEST_POSITION]
        elif not self.people and not self.early.position:
            self.early.position = piece[:_LONGEST_POSITION]
        else:
            self.rest.append(piece)

    def _meet(self, person: PersonName, title: str = "", *, is_certain: bool = False) -> None:
        early, self.early = self.early, PersonCell(PersonName())
        self.people.append(PersonCell(person, title or early.position, is_certain, early.phones, early.emails))


def _is_turned(words: str) -> bool:
    """ "Public, John Q.": one word, a comma, and given names rather than a position."""
    last, comma, given = words.strip(" ,").partition(",")
    names = given.split()
    if not comma or len(last.split()) != 1 or not 1 <= len(names) <= 3 or "," in given:
        return False
    return all(name[0].isupper() for name in names) and not _is_position(given) and not _is_position(last)


def _is_position(text: str) -> bool:
    words = set(header_key(text).split())
    return header_key(text) in _POSITIONS or any(word in words for word in _POSITIONS)


def _title_before(piece: str) -> tuple[str, str]:
    """ "директор Коваль Олена Петрівна" → ("директор", "Коваль Олена Петрівна")."""
    words = piece.split()
    for count in range(1, len(words) - 1):
        head, tail = " ".join(words[:count]), " ".join(words[count:])
        if _is_position(head) and not _is_position(words[count]) and is_clearly_a_person(tail):
            return head, tail
    return "", piece
