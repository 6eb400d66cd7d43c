"""How a record stood at one moment: its fields and the rows of its parts, from a version or from the tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models

from crm.access.models import SYSTEM_FIELDS, Record
from crm.access.writing import stored_parts

Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """`values` by field name, foreign keys as keys; `parts` by part name, each row by field name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, list[Row]] = field(default_factory=dict)


def told_fields(model: type[models.Model]) -> list[Any]:
    """The fields that people fill in; what the system derives or keeps is no news to anybody."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    kept = {f.name for f in history.tracked_fields}
    return [f for f in model._meta.concrete_fields if f.editable and f.name in kept and f.name not in SYSTEM_FIELDS]


def part_model(model: type[models.Model], part: str) -> Any:
    return model._meta.get_field(part).related_model


def part_fields(model: type[models.Model], part: str) -> list[Any]:
    """The fields of a part's rows that people fill in: without the key and the link to the record."""
    relation: Any = model._meta.get_field(part)
    fields = relation.related_model._meta.concrete_fields
    return [f for f in fields if f.editable and not f.primary_key and f != relation.field]


def state_of_version(version: Any) -> State:
    """From a historical row, whose parts are JSON with a key a column."""
    model = version.instance_type
    parts = {
        name: [_row_of_json(part_fields(model, name), row) for row in version.parts.get(name, ())]
        for name in model.PARTS
    }
    return State(_values(model, version), parts)


def state_of_record(record: Record) -> State:
    """As the record stands in the tables now, parts included; one query a part."""
    model = type(record)
    parts = {
        name: [{f.name: f.value_from_object(row) for f in part_fields(model, name)} for row in rows]
        for name, rows in stored_parts(record).items()
    }
    return State(_values(model, record), parts)


def keys_named_by(
    model: type[models.Model], states: Iterable[State], *, without: frozenset[str] = frozenset()
) -> dict[Any, set[Any]]:
    """For each model that the states point at, the keys they name; the fields `without` are left out."""
    named: dict[Any, set[Any]] = {}
    own = [f for f in told_fields(model) if f.is_relation and f.name not in without]
    of_parts = [(name, f) for name in _parts(model) for f in part_fields(model, name) if f.is_relation]
    for state in states:
        for f in own:
            named.setdefault(f.related_model, set()).add(state.values.get(f.name))
        for name, f in of_parts:
            named.setdefault(f.related_model, set()).update(row[f.name] for row in state.parts.get(name, ()))
    return {target: keys - {None} for target, keys in named.items()}


def hidden_in_part(model: Any, part: str, hidden: frozenset[str]) -> frozenset[str]:
    """The columns of a part's rows that tell what is hidden from a reader."""
    columns: Mapping[str, tuple[str, ...]] = getattr(model, "RULED_IN_PARTS", {}).get(part, {})
    return frozenset(column for column, fields in columns.items() if not hidden.isdisjoint(fields))


def _parts(model: Any) -> tuple[str, ...]:
    parts: tuple[str, ...] = model.PARTS
    return parts


def _values(model: type[models.Model], row: Any) -> Row:
    return {f.name: f.value_from_object(row) for f in told_fields(model)}


def _row_of_json(fields: list[Any], row: Mapping[str, Any]) -> Row:
    # A column that a later migration added is missing from older versions.
    return {f.name: _of_json(f, row[f.column]) if f.column in row else f.get_default() for f in fields}


def _of_json(f: Any, value: Any) -> Any:
    # JSON knows no decimals: a number of at most fourteen digits comes back whole, and gets its places again.
    if isinstance(f, models.DecimalField) and value is not None:
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-f.decimal_places))
    return f.to_python(value)
