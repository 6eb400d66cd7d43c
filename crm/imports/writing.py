"""Stores drafts in bulk: the records, their parts and their versions, by a handful of statements a batch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.rights import locked_fields
from crm.access.writing import LeavesScope
from crm.history.writing import CHANGED, CREATED, record_versions
from crm.imports.drafts import Draft, MappedRow, RowProblem
from crm.imports.options import RunOptions
from crm.imports.values import fitting
from crm.timeline import writing as timeline

_LONG, _LONGEST_SHOWN = 120, 240
# Written by every change, whatever the file said.
_ALWAYS = ("version", "updated_at", "search_doc")


class RecordWriter:
    """The part of a Writer that is the same for every record type.

    `part_identities` tells which rows of a part are the same; `computed_fields` are what `prepare` refreshes.
    """

    model: ClassVar[type[Record]]
    part_identities: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    computed_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.locked = locked_fields(options.user, self.model)
        # Of the batch that is being updated, by the field that leads there.
        self.unseen_links: dict[str, set[Any]] = {}

    def prepare(self, record: Any) -> None:
        """Refresh what is computed from other fields, before every save."""

    def plain_values(self, row: MappedRow, names: Iterable[str]) -> dict[str, Any]:
        """Texts as they stand in the row. Raises RowProblem for what its field cannot hold."""
        found = {}
        for name in names:
            column: Any = self.model._meta.get_field(name)
            found[name] = fitting(row.first(name), column.max_length, field=name, column=column.verbose_name)
        return found

    def absorb(self, draft: Draft, other: Draft) -> None:
        for name, value in other.values.items():
            draft.values.setdefault(name, value)
        for name, rows in other.parts.items():
            draft.parts[name] = self._unique(name, [*draft.parts.get(name, []), *rows])
        for key, entries in other.companions.items():
            draft.companions.setdefault(key, []).extend(entries)

    def create(self, drafts: Sequence[Draft]) -> None:
        """Raises LeavesScope when the importer could not see what he made."""
        if not drafts:
            return
        for draft in drafts:
            draft.record = self._new_record(draft)
        records: list[Any] = [draft.record for draft in drafts]
        self.model.objects.bulk_create(records)
        for name in self.model.PARTS:
            self._insert_parts(name, [row for draft in drafts for row in draft.parts.get(name, [])])
        ids = [record.pk for record in records]
        self._record_versions(ids, CREATED)
        if self.model.objects.visible_to(self.options.user).filter(pk__in=ids).count() < len(ids):
            raise LeavesScope

    def _new_record(self, draft: Draft) -> Any:
        owned = {"owner_id": self.options.user.pk, "team_id": self.options.team_id}
        given = {**draft.fallbacks, **draft.values}
        locked = self.locked - self.model.NEEDED_AT_CREATION
        values = {name: value for name, value in given.items() if name not in locked}
        record: Any = self.model(**{**owned, **values})
        self.prepare(record)
        draft.parts = {
            name: self._settle(record, name, self._unique(name, rows), [])
            for name, rows in draft.parts.items()
            if name not in self.locked
        }
        record.search_doc = record.build_search_doc(draft.parts)
        return record

    def update(self, drafts: Sequence[Draft]) -> set[UUID]:
        """Fill empty fields and add missing parts; replace filled fields only when the importer chose so."""
        by_id: dict[UUID, Draft] = {draft.record.pk: draft for draft in drafts if draft.record}
        if not by_id:
            return set()
        # Locked and asked for again: the right to edit may have gone since the draft was matched.
        editable = self.model.objects.editable_by(self.options.user).filter(pk__in=by_id)
        links = self._links_in(drafts)
        whole = editable.select_related(*links) if links else editable
        current = {record.pk: record for record in whole.select_for_update(of=("self",))}
        self.unseen_links = {name: self._unseen(name, current.values()) for name in links}
        parts = {name: self._stored_parts(name, current) for name in self.model.PARTS}
        changed: list[Any] = []
        fields: set[str] = set()
        for pk, record in current.items():
            new_values = self._new_values(record, by_id[pk])
            new_parts = self._new_parts(by_id[pk], parts, pk)
            if not new_values and not new_parts:
                continue
            fields.update(new_values)
            self._change(record, new_values, new_parts, {name: rows.get(pk, []) for name, rows in parts.items()})
            changed.append(record)
        if changed:
            self.model.objects.bulk_update(changed, sorted({*fields, *self.computed_fields, *_ALWAYS}))
            self._record_versions([record.pk for record in changed], CHANGED)
        return {record.pk for record in changed}

    def _links_in(self, drafts: Sequence[Draft]) -> list[str]:
        """The fields of the drafts that lead to other records."""
        names = {name for draft in drafts for name in draft.values}
        fields: dict[str, Any] = {field.name: field for field in self.model._meta.fields}
        linking = (fields[name] for name in sorted(names & fields.keys()))
        return [field.name for field in linking if field.is_relation and issubclass(field.related_model, Record)]

    def _unseen(self, link: str, records: Iterable[Any]) -> set[Any]:
        """The records that these lead to which are out of the importer's sight."""
        linked = {getattr(record, link) for record in records} - {None}
        if not linked:
            return set()
        related: Any = self.model._meta.get_field(link).related_model
        seen = related.objects.visible_to(self.options.user).filter(pk__in=[one.pk for one in linked])
        seen_keys = set(seen.values_list("pk", flat=True))
        return {one for one in linked if one.pk not in seen_keys}

    def _change(
        self,
        record: Any,
        new_values: Mapping[str, Any],
        new_parts: Mapping[str, list[Any]],
        stored: Mapping[str, list[Any]],
    ) -> None:
        for name, value in new_values.items():
            setattr(record, name, value)
        self.prepare(record)
        record.version += 1
        record.updated_at = timezone.now()
        for name, rows in new_parts.items():
            self._insert_parts(name, self._settle(record, name, rows, stored[name]))
        record.search_doc = record.build_search_doc(
            {name: [*stored[name], *new_parts.get(name, [])] for name in self.model.PARTS}
        )

    def _new_values(self, record: Any, draft: Draft) -> dict[str, Any]:
        found = {}
        for name, value in draft.values.items():
            present = getattr(record, name)
            if present in self.unseen_links.get(name, ()):
                # What leads to a record out of sight is neither seen nor changed.
                continue
            is_open = not present or (self.options.is_overwriting and present != value)
            if name not in self.locked and is_open:
                found[name] = value
        return found

    def _new_parts(
        self, draft: Draft, stored: Mapping[str, Mapping[UUID, list[Any]]], pk: UUID
    ) -> dict[str, list[Any]]:
        found = {}
        for name, rows in draft.parts.items():
            identity = self.part_identities[name]
            present = {identity(row) for row in stored[name].get(pk, [])}
            fresh = [row for row in self._unique(name, rows) if identity(row) not in present]
            if fresh and name not in self.locked:
                found[name] = fresh
        return found

    def _stored_parts(self, name: str, records: Iterable[UUID]) -> dict[UUID, list[Any]]:
        relation: Any = self.model._meta.get_field(name)
        link = relation.field.attname
        found: dict[UUID, list[Any]] = {}
        for row in relation.related_model.objects.filter(**{f"{link}__in": list(records)}).order_by("position", "id"):
            found.setdefault(getattr(row, link), []).append(row)
        return found

    def _settle(self, record: Any, name: str, rows: list[Any], before: Sequence[Any]) -> list[Any]:
        """Tie new rows to their record, after those that it has; the very first row of a part is the primary one."""
        link = self.model._meta.get_field(name).field.name  # type: ignore[union-attr]
        for position, row in enumerate(rows, start=len(before)):
            setattr(row, link, record)
            row.position = position
            if hasattr(row, "is_primary"):
                row.is_primary = position == 0
        return rows

    def _insert_parts(self, name: str, rows: Sequence[Any]) -> None:
        if rows:
            self.model._meta.get_field(name).related_model.objects.bulk_create(rows)  # type: ignore[union-attr]

    def _unique(self, name: str, rows: Iterable[Any]) -> list[Any]:
        identity = self.part_identities[name]
        kept: dict[Any, Any] = {}
        for row in rows:
            kept.setdefault(identity(row), row)
        return list(kept.values())

    def _record_versions(self, ids: list[UUID], kind: str) -> None:
        options = self.options
        record_versions(
            self.model, ids, actor=options.user, kind=kind, reason=options.reason[:100], change_set=options.change_set
        )
        timeline.record_many("records.imported", self.model, ids, actor=options.user, data={"file": options.file_name})


def describe(model: type[Record], draft: Draft) -> list[tuple[str, str]]:
    """Labels and values of a draft, the name first, phones as they will be dialled, long texts cut short."""
    lines = []
    for name, value in sorted(draft.values.items(), key=lambda item: item[0] != "name"):
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        lines.append((model._meta.get_field(name).verbose_name, shown))  # type: ignore[union-attr]
    for name, rows in draft.parts.items():
        label = model._meta.get_field(name).related_model._meta.verbose_name_plural  # type: ignore[union-attr]
        lines.append((label, ", ".join(getattr(row, "e164", "") or str(row) for row in rows)))
    # After the name, what is short says most at a glance.
    lines[1:] = sorted(lines[1:], key=lambda line: len(line[1]) > _LONG)
    return [(capfirst(str(label)), Truncator(shown).chars(_LONGEST_SHOWN)) for label, shown in lines if shown]


def require(text: str, *, field: str, label: str) -> str:
    """Raises RowProblem for a row that lacks what its record cannot be without."""
    if not text:
        raise RowProblem(_("There is no value for “%(field)s”.") % {"field": label}, field=field, column=label)
    return text
