"""What somebody typed into a search box, taken apart."""

import re
from dataclasses import dataclass

from crm.search.text import digits_of, normalise

LONGEST_QUERY = 200
MOST_WORDS = 10
# A trigram index is of no use to shorter words.
SHORTEST_INDEXED = 3
SHORTEST_RUN_OF_DIGITS = 3
# "+7 (916) 123-45", "8 916 1234567", "7707 083 893": digits with what people write between them.
_NUMBER = re.compile(r"(?<!\w)\+?\(?\d[\d\s().\-/]*(?!\w)")
# Dialled before a number inside a country, and no part of its international form.
_TRUNK_PREFIXES = ("00", "8", "0")


@dataclass(frozen=True)
class Term:
    """Found when all words of one of the alternatives are found."""

    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Query:
    """`typed` is the query as it was typed, `text` the same normalised; all `terms` must be found."""

    typed: str
    text: str
    terms: tuple[Term, ...]

    @property
    def is_short(self) -> bool:
        """Too short for the index: only names that begin with it are looked for."""
        words = (word for term in self.terms for way in term.alternatives for word in way)
        return all(len(word) < SHORTEST_INDEXED for word in words)

    @property
    def has_letters(self) -> bool:
        return any(sign.isalpha() for sign in self.text)


def read_query(typed: str) -> Query:
    typed = typed.replace("\0", "")[:LONGEST_QUERY].strip()
    terms: list[Term] = []
    position = 0
    for number in _NUMBER.finditer(typed):
        if len(digits_of(number.group())) < SHORTEST_RUN_OF_DIGITS:
            continue
        terms += _word_terms(typed[position : number.start()])
        terms.append(_number_term(number.group()))
        position = number.end()
    terms += _word_terms(typed[position:])
    return Query(typed, " ".join(_words(typed)), tuple(terms[:MOST_WORDS]))


def _word_terms(text: str) -> list[Term]:
    return [Term(((word,),)) for word in _words(text)]


def _words(text: str) -> list[str]:
    stripped = (word.strip("-.+@") for word in normalise(text).split())
    return [word for word in stripped if word]


def _number_term(text: str) -> Term:
    digits = digits_of(text)
    ways: list[tuple[str, ...]] = [(digits,)]
    if not text.lstrip("( ").startswith("+"):
        ways += [(digits.removeprefix(prefix),) for prefix in _TRUNK_PREFIXES if digits.startswith(prefix)]
    # "Plant 12-500" is a name, not a phone: its words as they stand are as good as the run of their digits.
    ways.append(tuple(_words(text)[:MOST_WORDS]))
    kept = [way for way in dict.fromkeys(ways) if any(len(word) >= SHORTEST_RUN_OF_DIGITS for word in way)]
    return Term(tuple(kept) or ((digits,),))
