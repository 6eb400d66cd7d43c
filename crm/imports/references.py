"""What a column may refer to: the things that its importer may name there, and those that are called nearly so."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from rapidfuzz import fuzz

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.imports.values import comparable
from crm.search.finding import look_up
from crm.search.queries import read_query
from crm.search.registry import source_of
from crm.search.text import normalise

# In percent: how alike a suggestion must be.
_ALIKE = 72.0
_FOUND = 20
_BEGINNING = 3
_MOST_FOLDED = 1000


class Option(NamedTuple):
    """Something that may be named; `names` are further spellings that name it."""

    key: str
    label: str
    hint: str = ""
    names: tuple[str, ...] = ()


class Options(Protocol):
    """What one importer may name in one column; nothing out of his sight is among it."""

    def named(self, texts: Collection[str]) -> Mapping[str, list[Option]]:
        """By comparable text, all that is called so."""

    def like(self, text: str) -> list[Option]:
        """What is called nearly so, the likest first."""

    def search(self, typed: str) -> list[Option]:
        """For a choice by hand; without a word, the first of them."""

    def of(self, keys: Collection[str]) -> Mapping[str, Option]:
        """By key, those that may be named now."""


@dataclass(frozen=True)
class Reference:
    """`open` gives the options of a user; `may_add` tells whether he may have the missing ones added."""

    open: Callable[[Any], Options]
    may_add: Callable[[Any], bool] = field(default=lambda user: False)


class ListedOptions:
    """Options that are few enough to be read at once."""

    def __init__(self, options: Iterable[Option]) -> None:
        self.options = list(options)
        self.by_key = {option.key: option for option in self.options}
        self.by_name: dict[str, list[Option]] = {}
        for option in self.options:
            for name in {comparable(name) for name in (option.label, *option.names)} - {""}:
                self.by_name.setdefault(name, []).append(option)

    def named(self, texts: Collection[str]) -> Mapping[str, list[Option]]:
        return {name: self.by_name[name] for name in map(comparable, texts) if name in self.by_name}

    def like(self, text: str) -> list[Option]:
        return likest(text, self.options)

    def search(self, typed: str) -> list[Option]:
        words = normalise(typed).split()
        found = (option for option in self.options if all(word in _searched(option) for word in words))
        return [option for option, _number in zip(found, range(_FOUND), strict=False)]

    def of(self, keys: Collection[str]) -> Mapping[str, Option]:
        return {key: self.by_key[key] for key in keys if key in self.by_key}


class RecordOptions:
    """Records in the sight of one user, asked of the database: there may be millions.

    `also_named` finds more records by other spellings than their names: it takes the records in sight and texts, and
    gives (spelling, record) pairs; of such a record the spelling is the label.
    """

    def __init__(
        self,
        model: type[Record],
        user: Any,
        also_named: Callable[[Any, Collection[str]], Iterable[tuple[str, Any]]] | None = None,
    ) -> None:
        self.model: Any = model
        self.user = user
        self.also_named = also_named
        self.folded: dict[str, list[tuple[str, Any]]] = {}
        self.is_closed = "name" in hidden_fields(user, model)

    def named(self, texts: Collection[str]) -> Mapping[str, list[Option]]:
        if self.is_closed:
            return {}
        seen = self.model.objects.visible_to(self.user)
        # The index holds names as they are written.
        spellings = {spelled for text in texts for spelled in (text, text.upper(), text.lower(), text.title())}
        found = list(seen.filter(name__in=spellings).order_by("id").values_list("name", "pk"))
        if self.also_named:
            found += [(spelling, record.pk) for spelling, record in self.also_named(seen, texts)]
        present = {comparable(name) for name, _pk in found}
        found += self._mixed(seen, {text for text in texts if comparable(text) not in present})
        options: dict[str, dict[str, Option]] = {}
        for name, pk in found:
            options.setdefault(comparable(name), {}).setdefault(str(pk), Option(str(pk), name))
        return {name: list(keyed.values()) for name, keyed in options.items()}

    def _mixed(self, seen: Any, texts: Collection[str]) -> list[tuple[str, Any]]:
        """Names in other mixtures of case: one look through the whole table for those not looked for before."""
        folded = {text.upper() for text in texts}
        fresh = sorted(folded - self.folded.keys())[: max(0, _MOST_FOLDED - len(self.folded))]
        if fresh:
            self.folded |= {name: [] for name in fresh}
            rows = seen.annotate(folded=Upper("name")).filter(folded__in=fresh).order_by("id")
            for folded_name, name, pk in rows.values_list("folded", "name", "pk"):
                self.folded.setdefault(folded_name, []).append((name, pk))
        return [pair for name in folded for pair in self.folded.get(name, ())]

    def like(self, text: str) -> list[Option]:
        same = self.named([text]).get(comparable(text), [])
        if not same:
            # Words that are written as one are found by how they begin.
            candidates = {
                option.key: option for typed in (text, normalise(text)[:_BEGINNING]) for option in self.search(typed)
            }
            return likest(text, candidates.values())
        # Records of one name are told apart by what stands beside it elsewhere.
        seen = self.model.objects.visible_to(self.user)
        return self._told(list(seen.filter(pk__in=[option.key for option in same]).order_by("id")))

    def search(self, typed: str) -> list[Option]:
        if self.is_closed:
            return []
        fields = source_of(self.model).hint_fields
        return self._told(look_up(self.model, self.user, read_query(typed), limit=_FOUND, fields=fields).records)

    def of(self, keys: Collection[str]) -> Mapping[str, Option]:
        if self.is_closed:
            return {}
        valid = [key for key in keys if _is_key(self.model, key)]
        seen = self.model.objects.visible_to(self.user).filter(pk__in=valid)
        return {str(pk): Option(str(pk), name) for pk, name in seen.values_list("pk", "name")}

    def _told(self, records: Sequence[Any]) -> list[Option]:
        hints = source_of(self.model).hints(records, self.user)
        return [Option(str(record.pk), record.name, str(hints.get(record.pk, ""))) for record in records]


def likest(text: str, options: Iterable[Option]) -> list[Option]:
    """Those that are alike enough, the likest first."""
    scored = [(_likeness(text, option), option) for option in options]
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [option for score, option in scored if score >= _ALIKE]


def _likeness(text: str, option: Option) -> float:
    return max(_alike(text, name) for name in (option.label, *option.names))


def _alike(one: str, other: str) -> float:
    """In percent, whatever the case, the gaps and signs between words and the order of words."""
    first, second = _plain(one), _plain(other)
    squeezed = fuzz.ratio(first.replace(" ", ""), second.replace(" ", ""))
    return max(squeezed, fuzz.token_sort_ratio(first, second))


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    return normalise(text)


def _searched(option: Option) -> str:
    return normalise(" ".join((option.label, *option.names)))


def _is_key(model: type[models.Model], key: str) -> bool:
    try:
        model._meta.pk.to_python(key)
    except ValidationError:
        return False
    return True
