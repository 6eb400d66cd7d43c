"""Bringing back an old version of a record, as a new version, through the service of its type."""

from collections.abc import Mapping
from typing import Any, Protocol

from crm.access.models import Record
from crm.access.rights import locked_fields
from crm.access.writing import stored_parts
from crm.history.reasons import restored_reason
from crm.history.states import Row, State, keys_named_by, part_fields, part_model, told_fields


class SaveRestored(Protocol):
    """The service that writes a changed record of one type, so that everything derived is derived again."""

    def __call__(self, record: Any, /, *, actor: Any, parts: Mapping[str, list[Any]], reason: str) -> Any: ...


def restored_state(record: Record, present: State, old: State, *, actor: Any) -> State:
    """What the record would become: the old state without what the actor may not write.

    Kept as it is now: owner and team and whatever else its type keeps, fields and parts that his role locks, and
    everything that names a record which is gone or out of his sight.
    """
    model = type(record)
    locked = locked_fields(actor, model) | model.KEPT_AT_RESTORING
    in_sight = _keys_in_sight(model, present, old, actor)
    values = {
        f.name: old.values[f.name]
        if f.name not in locked and _is_in_sight([f], old.values, in_sight)
        else present.values[f.name]
        for f in told_fields(model)
    }
    parts = {
        name: present.parts[name] if _is_locked(name, locked) else _restored_rows(model, name, present, old, in_sight)
        for name in model.PARTS
    }
    return State(values, parts)


def restore_version(record: Any, version: Any, state: State, *, actor: Any, save: SaveRestored) -> Any:
    """Write `state`, made of this version, over the record; `record.version` is what the actor looked at.

    Raises StaleVersion, PermissionDenied, LeavesScope.
    """
    for f in told_fields(type(record)):
        setattr(record, f.attname, state.values[f.name])
    parts = {name: _rows(record, name, state.parts[name]) for name in type(record).PARTS}
    return save(record, actor=actor, parts=parts, reason=restored_reason(version.history_date))


def _is_locked(part: str, locked: frozenset[str]) -> bool:
    """Rows are brought back whole: those of which he may not write a field stay as they are."""
    return any(name.partition(".")[0] == part for name in locked)


def _keys_in_sight(model: type[Record], present: State, old: State, actor: Any) -> dict[Any, set[Any]]:
    found = {}
    for target, keys in keys_named_by(model, [present, old], without=model.KEPT_AT_RESTORING).items():
        rows = target.objects.visible_to(actor) if issubclass(target, Record) else target._default_manager.all()
        found[target] = set(rows.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return found


def _is_in_sight(fields: list[Any], row: Mapping[str, Any], in_sight: dict[Any, set[Any]]) -> bool:
    named = [f for f in fields if f.is_relation and row[f.name] is not None]
    return all(row[f.name] in in_sight.get(f.related_model, ()) for f in named)


def _restored_rows(
    model: type[Record], name: str, present: State, old: State, in_sight: dict[Any, set[Any]]
) -> list[Row]:
    fields = part_fields(model, name)
    restored = [row for row in old.parts.get(name, []) if _is_in_sight(fields, row, in_sight)]
    return restored + [row for row in present.parts[name] if not _is_in_sight(fields, row, in_sight)]


def _rows(record: Record, name: str, wanted: list[Row]) -> list[Any]:
    """Instances for the wanted rows; one that says the same as a present row is that row, the others are new."""
    model = type(record)
    fields = part_fields(model, name)
    present = stored_parts(record)[name]
    rows = []
    for row in wanted:
        same = next((known for known in present if _says(known, fields, row)), None)
        if same is not None:
            present.remove(same)
        rows.append(same or part_model(model, name)(**{f.attname: row[f.name] for f in fields}))
    return rows


def _says(known: Any, fields: list[Any], row: Row) -> bool:
    return all(f.value_from_object(known) == row[f.name] for f in fields)
