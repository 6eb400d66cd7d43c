"""Which column is which field: told from headers and values, and remembered for files of the same shape."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.imports.cells import header_key
from crm.imports.contents import TELLING_KINDS, Kind, filled, share_of_kind
from crm.imports.registry import ImportField, ImportTarget

if TYPE_CHECKING:
    from crm.imports.detection import Column

_EQUAL = 100.0
# "Address / city": the last part of a joined header names the column nearly as well as a header of its own.
_EQUAL_PART = 95.0
_CONTAINED = 40.0
_CONTENT = 30.0
_ENOUGH = 45.0
JOINT = " / "
_CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-ZА-ЯІЇЄҐ])(?=[A-ZА-ЯІЇЄҐ])")
# Words of so many meanings that they name a field only when nothing stands beside them: not "type of contract".
_BROAD = frozenset(["id", "ид", "ід", "code", "код", "type", "тип", "вид", "title", "kind", "date", "source"])
# Kinds whose look is so plain that a header cannot outweigh values that look otherwise.
_STRICT_KINDS = {Kind.EMAIL, Kind.PHONE, Kind.FAX, Kind.URL, Kind.DATE}
# What values may plainly be instead of what their header says, and how many of them must.
_LOOKS = {Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.PERSON, Kind.ADDRESS}
_MOST = 0.5


@dataclass(frozen=True)
class Guess:
    """`fields` maps a column's index to a field's key; `score` compares the targets a sheet might be meant for."""

    fields: dict[int, str]
    score: float


def guess_mapping(columns: "Sequence[Column]", fields: Sequence[ImportField]) -> Guess:
    """The best pairs first, each column once, and each field once unless it takes many."""
    pairs = [
        (score, -column.index, -order, column, field)
        for column in columns
        for score, order, field in _scores(column, fields)
        if score >= _ENOUGH
    ]
    pairs.sort(key=lambda pair: pair[:3], reverse=True)
    taken: dict[int, str] = {}
    used: set[str] = set()
    total = 0.0
    for score, _column_order, _field_order, column, field in pairs:
        if column.index in taken or (field.key in used and not field.is_many):
            continue
        taken[column.index] = field.key
        used.add(field.key)
        total += score
    return Guess(dict(sorted(taken.items())), total)


def best_target(columns: "Sequence[Column]", offers: Mapping[str, tuple[ImportTarget, Sequence[ImportField]]]) -> str:
    """The key of the target that a sheet fits best; "" when no target's required fields are found in it.

    Fields that tell nothing of what a file is a list of, such as a bare "Id", are not enough.
    """
    scores = {}
    for key, (target, fields) in offers.items():
        guess = guess_mapping(columns, fields)
        quiet = {field.key for field in fields if not field.is_telling}
        if not missing_fields(set(guess.fields.values()) - quiet, target):
            named = sum(_names_the_record(column, target, guess) for column in columns)
            scores[key] = (named, guess.score)
    return max(scores, key=lambda key: scores[key]) if scores else ""


def missing_fields(mapped: Iterable[str], target: ImportTarget) -> list[frozenset[str]]:
    """The sets of required fields of which none is mapped."""
    present = set(mapped)
    return [one_of for one_of in target.required if not one_of & present]


def clashing_fields(mapping: Mapping[int, str], fields: Sequence[ImportField]) -> list[str]:
    """Keys of fields that more than one column was given though they hold one value."""
    single = {field.key for field in fields if not field.is_many}
    keys = [key for key in mapping.values() if key in single]
    return sorted({key for key in keys if keys.count(key) > 1})


def shape_of(keys: Iterable[str]) -> str:
    """A name for files with the same header keys, in whatever order."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()


def remembered_mapping(columns: "Sequence[Column]", kept: Mapping[str, str], fields: Collection[str]) -> dict[int, str]:
    """`kept` maps header keys to fields; fields that the user may no longer write are left out."""
    found = {column.index: kept.get(column.key, "") for column in columns}
    return {index: key for index, key in found.items() if key in fields}


def _names_the_record(column: "Column", target: ImportTarget, guess: Guess) -> bool:
    """A required field found by its header speaks louder than any number of optional ones."""
    key = guess.fields.get(column.index, "")
    field = next((field for field in target.fields if field.key == key), None)
    is_required = any(key in one_of for one_of in target.required)
    return bool(field and field.is_telling and is_required and _header_score(column.header, field) >= _EQUAL)


def _scores(column: "Column", fields: Sequence[ImportField]) -> Iterator[tuple[float, int, ImportField]]:
    values = filled(column.samples)
    kinds = {field.kind for field in fields} | _LOOKS
    shares = {kind: share_of_kind(values, kind) for kind in kinds}
    for order, field in enumerate(fields):
        yield _score(_header_score(column.header, field), field.kind, shares), order, field


def _score(header: float, kind: Kind, shares: Mapping[Kind, float | None]) -> float:
    """`shares` tells how many of the column's values look like each kind, None where that cannot be told."""
    share = shares[kind]
    if share is None:
        return header
    looks_otherwise = any((shares[look] or 0.0) >= _MOST for look in _LOOKS)
    if share < 0.1 and kind in _STRICT_KINDS and (header < _EQUAL or looks_otherwise):
        return 0.0
    if header:
        return header + _CONTENT * share
    return _ENOUGH + share if kind in TELLING_KINDS and share >= 0.7 else 0.0


def _header_score(header: str, field: ImportField) -> float:
    # Programs write "PhoneNumber" and "yearOfBirth".
    spellings = {header_key(header), header_key(_CAMEL_CASE.sub(" ", header))}
    if spellings & field.header_keys:
        return _EQUAL
    if JOINT in header and header_key(header.rpartition(JOINT)[2]) in field.header_keys:
        return _EQUAL_PART
    return max(_contained_score(key, field) for key in spellings)


def _contained_score(key: str, field: ImportField) -> float:
    padded = f" {key} "
    words = field.header_keys - _BROAD
    covered = max((len(word) for word in words if f" {word} " in padded), default=0)
    return _CONTAINED + 50.0 * covered / len(key) if covered else 0.0
