"""What the report shows: pages of problems, and links to the records that the reader sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crm.access.registry import record_model_of
from crm.access.rights import hidden_fields
from crm.imports.models import Import, ImportedRecord, ImportProblem
from crm.imports.registry import targets_for

_PAGE = 50


@dataclass(frozen=True)
class Slice:
    """`after` is the key from which the next page goes on, "" on the last one."""

    rows: list[Any]
    after: str


def problems_of(run: Import, *, kind: str, after: str) -> Slice:
    problems = ImportProblem.objects.filter(run=run).select_related("sheet")
    if kind:
        problems = problems.filter(kind=kind)
    return _slice(problems, after)


def imported_records(run: Import, *, reader: Any, after: str) -> Slice:
    """New records, as (label, address); those out of the reader's sight by now are left out."""
    found = _slice(ImportedRecord.objects.filter(run=run, is_new=True), after)
    by_type: dict[str, list[Any]] = {}
    for row in found.rows:
        by_type.setdefault(row.record_type, []).append(row.record_id)
    seen: dict[str, Any] = {}
    for record_type, ids in by_type.items():
        seen |= {str(record.pk): record for record in _seen(record_type, ids, reader)}
    return Slice([seen[row.record_id] for row in found.rows if row.record_id in seen], found.after)


def _seen(record_type: str, ids: list[str], reader: Any) -> Iterable[Any]:
    model = record_model_of(record_type)
    if model is not None:
        is_named = "name" not in hidden_fields(reader, model)
        return model.objects.visible_to(reader).filter(pk__in=ids) if is_named else ()
    # What is no record is known to whoever may add more of it.
    added = (target.model for target in targets_for(reader) if target.model._meta.label_lower == record_type)
    model = next(added, None)
    return model._default_manager.filter(pk__in=ids) if model else ()


def _slice(queryset: Any, after: str) -> Slice:
    if after.isdecimal():
        queryset = queryset.filter(pk__gt=int(after))
    rows = list(queryset.order_by("pk")[: _PAGE + 1])
    has_more = len(rows) > _PAGE
    rows = rows[:_PAGE]
    return Slice(rows, str(rows[-1].pk) if has_more else "")
