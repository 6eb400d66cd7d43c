"""What changed between two states of a record, a person, a team or a role, in words for one reader.

Fields that the reader's role hides are not told, not even that they changed; records that he may not see are
named by a mask.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.access.sight import named_in_sight
from crm.history.states import Row, State, hidden_in_part, keys_named_by, part_fields, part_model, told_fields
from crm.money.amounts import decimal_text
from crm.pictures.models import PictureField

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
NOTHING = State()

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing words costs the product of both lengths at worst: longer texts are compared by lines.
_MOST_WORDS = 3000
_LONG = 80
_WORDS_OF_CONTEXT = 16


@dataclass(frozen=True)
class Segment:
    """A run of a compared text; `kind` is SAME, ADDED or REMOVED."""

    kind: str
    text: str


@dataclass(frozen=True)
class RowChange:
    """A row of a part; `text` is what the row says, or what stayed the same of a changed one."""

    kind: str
    text: str
    values: list["Change"] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """One changed field: `old` and `new`, or the `segments` of a long text, or the `rows` of a part or list."""

    name: str
    label: str
    old: str = ""
    new: str = ""
    segments: list[Segment] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)


class Reader:
    """Tells changes of one model to one user.

    Names of other records, people and teams are loaded once for all states given, when the first is told: a query
    a model.
    """

    def __init__(self, model: type[models.Model], user: Any, states: Iterable[State]) -> None:
        self.model: Any = model
        self.hidden = hidden_fields(user, model)
        self._user = user
        self._keys = keys_named_by(model, states)
        self._names: dict[Any, dict[Any, str]] = {}

    def changes(self, old: State, new: State) -> list[Change]:
        """Fields first, then parts; empty when nothing changed that the reader may see."""
        found = [self._field_change(f, old, new) for f in told_fields(self.model) if f.name not in self.hidden]
        found += [self._part_change(name, old, new) for name in self.model.PARTS if name not in self.hidden]
        return [change for change in found if change is not None]

    def misses(self, old: State, new: State) -> bool:
        """Whether something changed that is hidden from the reader."""
        return any(
            old.values.get(name) != new.values.get(name) or old.parts.get(name) != new.parts.get(name)
            for name in self.hidden
        ) or any(
            _only(columns, old.parts.get(name, [])) != _only(columns, new.parts.get(name, []))
            for name in self.model.PARTS
            if (columns := hidden_in_part(self.model, name, self.hidden))
        )

    def _field_change(self, f: Any, old: State, new: State) -> Change | None:
        before, after = old.values.get(f.name), new.values.get(f.name)
        if before == after or (_is_empty(before) and _is_empty(after)):
            return None
        label = capfirst(f.verbose_name)
        if isinstance(before or after, list):
            return Change(f.name, label, rows=_list_changes(_told_items(f, before), _told_items(f, after)))
        told_before, told_after = self._told(f, before), self._told(f, after)
        if told_before and told_after and _is_long(f, told_before, told_after):
            return Change(f.name, label, told_before, told_after, segments=compare_texts(told_before, told_after))
        return Change(f.name, label, told_before, told_after)

    def _part_change(self, name: str, old: State, new: State) -> Change | None:
        hidden = hidden_in_part(self.model, name, self.hidden)
        fields = [f for f in part_fields(self.model, name) if f.name not in hidden]
        names = [f.name for f in fields]
        rows = self._row_changes(fields, _only(names, old.parts.get(name, [])), _only(names, new.parts.get(name, [])))
        if not rows:
            return None
        label = capfirst(part_model(self.model, name)._meta.verbose_name_plural)
        return Change(name, label, rows=rows)

    def _row_changes(self, fields: list[Any], old: list[Row], new: list[Row]) -> list[RowChange]:
        found = []
        for before, after in pair_rows(old, new):
            if before is None and after is not None:
                found.append(RowChange(ADDED, self._row_text(fields, after)))
            elif after is None and before is not None:
                found.append(RowChange(REMOVED, self._row_text(fields, before)))
            elif before is not None and after is not None and before != after:
                found.append(self._changed_row(fields, before, after))
        return found

    def _changed_row(self, fields: list[Any], before: Row, after: Row) -> RowChange:
        same = [f for f in fields if before[f.name] == after[f.name]]
        values = [
            Change(f.name, capfirst(f.verbose_name), self._told(f, before[f.name]), self._told(f, after[f.name]))
            for f in fields
            if f not in same
        ]
        return RowChange(CHANGED, self._row_text(same, after), values)

    def _row_text(self, fields: list[Any], row: Row) -> str:
        # A line is often called as its product is: said once.
        return " · ".join(dict.fromkeys(text for f in fields if (text := self._told_in_row(f, row[f.name]))))

    def _told_in_row(self, f: Any, value: Any) -> str:
        if isinstance(value, bool):
            return str(f.verbose_name) if value else ""
        if isinstance(value, Decimal) and value == 0 == f.get_default():
            return ""
        told = self._told(f, value)
        return f"{f.verbose_name} {told}" if told and isinstance(value, date | Decimal) else told

    def _told(self, f: Any, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if _is_empty(value):
            return ""
        if isinstance(f, PictureField):
            return f.told(value)
        if f.is_relation:
            return self._name(f.related_model, value)
        if isinstance(value, date):
            return _told_date(value)
        if isinstance(value, Decimal):
            return decimal_text(value)
        # Countries know their own name; looking it up among all choices would sort them each time.
        name = getattr(value, "name", None)
        return str(name if name is not None else dict(f.flatchoices).get(value, value))

    def _name(self, target: Any, key: Any) -> str:
        if target not in self._names:
            self._read_names(target)
        return self._names[target].get(key) or _masked(target)

    def _read_names(self, target: Any) -> None:
        """Those of records, of whatever type, are asked for together."""
        if not issubclass(target, Record):
            self._names[target] = _names(target, self._keys[target])
            return
        wanted = {model: keys for model, keys in self._keys.items() if issubclass(model, Record)}
        found = named_in_sight(self._user, wanted)
        self._names |= {model: {key: str(one) for key, one in seen.items()} for model, seen in found.items()}


def _cells(state: State, part: str, fields: list[Any]) -> list[Row]:
    """The rows of a part with no more than these fields."""
    return [{f.name: row[f.name] for f in fields} for row in state.parts.get(part, [])]


def compare_texts(old: str, new: str) -> list[Segment]:
    """Both texts as one run of segments, word by word; long stretches without a change are cut short."""
    before, after = _pieces(old, new)
    segments = []
    for operation, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            segments.append(Segment(SAME, _shortened(before[i:j], is_first=i == 0, is_last=j == len(before))))
            continue
        if i < j:
            segments.append(Segment(REMOVED, "".join(before[i:j])))
        if k < m:
            segments.append(Segment(ADDED, "".join(after[k:m])))
    return segments


def pair_rows(old: list[Row], new: list[Row]) -> list[tuple[Row | None, Row | None]]:
    """Which row became which: the same first, then those with most in common; None for what came or went.

    Rows have no keys in a version, so a row is known by what it says.
    """
    gone, come = list(old), list(new)
    pairs: list[tuple[Row | None, Row | None]] = []
    for row in old:
        if row in come:
            come.remove(row)
            gone.remove(row)
            pairs.append((row, row))
    likely = sorted(
        ((_likeness(before, after), -i, -j) for i, before in enumerate(gone) for j, after in enumerate(come)),
        reverse=True,
    )
    used_old: set[int] = set()
    used_new: set[int] = set()
    for likeness, i, j in likely:
        if likeness and -i not in used_old and -j not in used_new:
            used_old.add(-i)
            used_new.add(-j)
            pairs.append((gone[-i], come[-j]))
    pairs += [(row, None) for i, row in enumerate(gone) if i not in used_old]
    pairs += [(None, row) for j, row in enumerate(come) if j not in used_new]
    return pairs


def _likeness(before: Row, after: Row) -> int:
    """How many filled-in values two rows share."""
    return sum(1 for name, value in before.items() if value and after.get(name) == value)


def _told_items(f: Any, values: list[Any] | None) -> list[str]:
    """The items of a list, those of a list of choices by their labels."""
    labels = dict(getattr(f.base_field, "flatchoices", ()) or ()) if hasattr(f, "base_field") else {}
    return [str(labels.get(value, value)) for value in values or ()]


def _list_changes(before: list[str], after: list[str]) -> list[RowChange]:
    removed = [RowChange(REMOVED, value) for value in before if value not in after]
    return removed + [RowChange(ADDED, value) for value in after if value not in before]


def _names(target: type[models.Model], keys: set[Any]) -> dict[Any, str]:
    return {row.pk: str(row) for row in target._default_manager.filter(pk__in=keys)} if keys else {}


def _masked(target: type[models.Model]) -> str:
    """The same words for what is out of sight and for what is gone, so that they tell nothing."""
    if issubclass(target, Record):
        return _("a %(type)s you may not see") % {"type": target._meta.verbose_name}
    return _("no longer here")


def _only(names: Iterable[str], rows: list[Row]) -> list[Row]:
    """The rows with these columns alone."""
    names = list(names)
    return [{name: row[name] for name in names} for row in rows]


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _is_long(f: Any, before: str, after: str) -> bool:
    return isinstance(f, models.TextField) or min(len(before), len(after)) > _LONG


def _told_date(value: date) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT")


def _pieces(old: str, new: str) -> tuple[list[str], list[str]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) <= _MOST_WORDS and len(after) <= _MOST_WORDS:
        return before, after
    return _LINES.findall(old), _LINES.findall(new)


def _shortened(pieces: list[str], *, is_first: bool, is_last: bool) -> str:
    if len(pieces) <= 3 * _WORDS_OF_CONTEXT:
        return "".join(pieces)
    start = [] if is_first else pieces[:_WORDS_OF_CONTEXT]
    end = [] if is_last else pieces[-_WORDS_OF_CONTEXT:]
    shortened = f"{''.join(start).rstrip()} … {''.join(end).lstrip()}"
    return shortened.lstrip() if is_first else shortened
