"""What can be imported. Record types register themselves in their app's imports.py; the engine knows no app.

    register(ImportTarget(key="clients", label=_("Clients"), model=Client, fields=(…), identities=(…), open=…))

An app above adds columns to a target below with an ImportCompanion: a row of clients may name a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise

from crm.access.rights import Action, locked_fields, may
from crm.imports.cells import header_key
from crm.imports.contents import Kind

if TYPE_CHECKING:
    from crm.imports.drafts import Companion, Writer
    from crm.imports.options import RunOptions
    from crm.imports.references import Reference

Text = str | Promise


@dataclass(frozen=True)
class ImportField:
    """A thing that a column may hold. `ruled_by` are the model's fields whose rules it falls under.

    `is_many`: several columns may feed it. `keeps_header`: the column's header becomes part of the value.
    `refers_to`: its values name other things. `is_telling`: as a required field it tells what a file is a list of.
    """

    key: str
    label: Text
    header_words: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    is_many: bool = False
    keeps_header: bool = False
    ruled_by: tuple[str, ...] = ()
    refers_to: "Reference | None" = None
    is_telling: bool = True
    header_keys: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "header_keys", frozenset(header_key(word) for word in self.header_words))
        if not self.ruled_by:
            object.__setattr__(self, "ruled_by", (self.key,))


@dataclass(frozen=True)
class Identity:
    """What makes a row the same record. `ruled_by` are model fields: who may not see one may not match by it."""

    key: str
    label: Text
    ruled_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetSetting:
    """A choice that holds for all rows of a target: the pipeline of new deals. The first of `choices` is the default.

    `choices` are what this user may choose; a setting with fewer than two is not asked for.
    """

    key: str
    label: Text
    choices: Callable[[Any], list[tuple[str, Text]]]
    help_text: Text = ""


@dataclass(frozen=True)
class ImportTarget:
    """`required` are sets of field keys, one of each must be mapped. The first identity is the default."""

    key: str
    label: Text
    model: type[models.Model]
    fields: tuple[ImportField, ...]
    identities: tuple[Identity, ...]
    required: tuple[frozenset[str], ...]
    open: "Callable[[RunOptions], Writer]"
    order: int = 100
    settings: tuple[TargetSetting, ...] = ()


@dataclass(frozen=True)
class ImportCompanion:
    """Columns of a target's rows that become records of another type, linked to the target's record."""

    key: str
    target: str
    model: type[models.Model]
    fields: tuple[ImportField, ...]
    open: "Callable[[RunOptions], Companion]"


_targets: dict[str, ImportTarget] = {}
_companions: dict[str, ImportCompanion] = {}


def register(entry: ImportTarget | ImportCompanion) -> None:
    """Add a target or a companion; one with the same key replaces it."""
    if isinstance(entry, ImportCompanion):
        _companions[entry.key] = entry
        return
    _targets[entry.key] = entry


def targets() -> list[ImportTarget]:
    return sorted(_targets.values(), key=lambda target: (target.order, target.key))


def target_of(key: str) -> ImportTarget | None:
    return _targets.get(key)


def targets_for(user: Any) -> list[ImportTarget]:
    """What the user may import: what his role lets him add, with required fields that it lets him write."""
    return [target for target in targets() if may(user, Action.ADD, target.model) and _is_writable(target, user)]


def companions_for(user: Any, target: ImportTarget) -> list[ImportCompanion]:
    mine = [companion for companion in _companions.values() if companion.target == target.key]
    return [companion for companion in mine if may(user, Action.ADD, companion.model)]


def fields_for(user: Any, target: ImportTarget) -> list[ImportField]:
    """What a column may be mapped to: fields that the user's role neither hides nor makes read-only."""
    fields = _unlocked(target.fields, locked_fields(user, target.model))
    for companion in companions_for(user, target):
        fields += _unlocked(companion.fields, locked_fields(user, companion.model))
    return fields


def identities_for(user: Any, target: ImportTarget) -> list[Identity]:
    """The ways in which the user may match; by a field that he may not see he would learn what it holds."""
    locked = locked_fields(user, target.model)
    return [identity for identity in target.identities if not locked.intersection(identity.ruled_by)]


def _unlocked(fields: tuple[ImportField, ...], locked: frozenset[str]) -> list[ImportField]:
    return [field for field in fields if not locked.intersection(field.ruled_by)]


def _is_writable(target: ImportTarget, user: Any) -> bool:
    keys = {field.key for field in _unlocked(target.fields, locked_fields(user, target.model))}
    return all(keys & one_of for one_of in target.required)
