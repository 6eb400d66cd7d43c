"""Writes the rows of a sheet: each batch in one transaction, so that what is written is written whole."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.access.rights import rights_of
from crm.imports.drafts import Draft, MappedRow
from crm.imports.engine import Batch, batches, failure_note, mapped_rows, open_target, read_batch
from crm.imports.models import Import, ImportedRecord, ImportProblem, ImportSheet
from crm.imports.reading.spool import SpooledSheet
from crm.imports.registry import companions_for

logger = logging.getLogger(__name__)
_LONGEST_VALUE = 1000


class SheetRun:
    """Writes the rows of one sheet. Made anew for each sheet; where an earlier worker stopped, it goes on."""

    def __init__(self, run: Import, sheet: ImportSheet, spooled: SpooledSheet) -> None:
        self.run = run
        self.sheet = sheet
        self.opened = open_target(run, sheet.target)
        self.rights = rights_of(run.importer)
        rows = mapped_rows(sheet, spooled, self.opened.field_keys)
        self.rows = islice(rows, sheet.rows_done, None)

    def __iter__(self) -> Iterator[list[MappedRow]]:
        return batches(self.rows)

    def write(self, rows: Sequence[MappedRow]) -> None:
        """One batch, inside the caller's transaction; a row that the database refuses fails alone.

        Raises ImportRefused when the importer may not import this any more.
        """
        rows = self._open_to(rows)
        try:
            with transaction.atomic():
                batch = self._write(rows)
        except (DataError, IntegrityError, ValueError):
            logger.exception("A batch of import %s failed; its rows are tried one by one.", self.run.pk)
            for row in rows:
                self._write_alone(row)
        else:
            self._keep_account(batch)
        self.sheet.rows_done += len(rows)
        self.sheet.save(
            update_fields=["rows_done", "created", "matched", "folded", "failed", "phones_kept", "empty", "skipped"],
        )

    def _open_to(self, rows: Sequence[MappedRow]) -> Sequence[MappedRow]:
        """The rows as the importer's rights of this moment let him write them."""
        if rights_of(self.run.importer) == self.rights:
            return rows
        self.opened = open_target(self.run, self.sheet.target)
        self.rights = rights_of(self.run.importer)
        keys = self.opened.field_keys
        return [row._replace(values=[value for value in row.values if value.field in keys]) for row in rows]

    def _write_alone(self, row: MappedRow) -> None:
        try:
            with transaction.atomic():
                batch = self._write([row])
        except (DataError, IntegrityError, ValueError):
            batch = Batch(notes=[failure_note(row.number, _("The database did not take this row."))])
            batch.counts.failed = 1
        self._keep_account(batch)

    def _write(self, rows: Sequence[MappedRow]) -> Batch:
        opened = self.opened
        batch = read_batch(opened, rows)
        found = opened.writer.find(batch.drafts)
        new = [draft for draft in batch.drafts if draft.key is None or draft.key not in found]
        known = [draft for draft in batch.drafts if draft.key is not None and draft.key in found]
        for draft in known:
            draft.record = found[draft.key]
        ours = self._made_by_this_import({draft.record.pk for draft in known if draft.record})
        # Two rows may find one record by different keys: the second joins the first.
        joined = self._join(known)
        opened.writer.create(new)
        changed = opened.writer.update(joined)
        batch.counts.created = len(new)
        batch.counts.matched = sum(str(draft.record.pk) not in ours for draft in joined if draft.record)
        batch.counts.folded += len(known) - batch.counts.matched
        self._note_records(opened.target.model, (draft.record.pk for draft in new if draft.record), is_new=True)
        completed = [pk for pk in changed if str(pk) not in ours]
        self._note_records(opened.target.model, completed, is_new=False)
        for entry in companions_for(self.run.importer, opened.target):
            made = opened.companions[entry.key].write(batch.drafts)
            self._note_records(entry.model, made, is_new=True)
        late = [note for draft in batch.drafts for note in draft.notes if note not in batch.notes]
        batch.notes += late
        return batch

    def _join(self, drafts: Sequence[Draft]) -> list[Draft]:
        by_record: dict[Any, Draft] = {}
        for draft in drafts:
            if draft.record is None:
                continue
            first = by_record.setdefault(draft.record.pk, draft)
            if first is not draft:
                self.opened.writer.absorb(first, draft)
        return list(by_record.values())

    def _made_by_this_import(self, ids: set[Any]) -> set[str]:
        label = self.opened.target.model._meta.label_lower
        mine = ImportedRecord.objects.filter(run=self.run, record_type=label, record_id__in=map(str, ids))
        return set(mine.values_list("record_id", flat=True))

    def _note_records(self, model: Any, ids: Iterable[Any], *, is_new: bool) -> None:
        label = model._meta.label_lower
        rows = [ImportedRecord(run=self.run, record_type=label, record_id=str(pk), is_new=is_new) for pk in sorted(ids)]
        ImportedRecord.objects.bulk_create(rows, ignore_conflicts=True)

    def _keep_account(self, batch: Batch) -> None:
        sheet, counts = self.sheet, batch.counts
        sheet.created += counts.created
        sheet.matched += counts.matched
        sheet.folded += counts.folded
        sheet.failed += counts.failed
        sheet.empty += counts.empty
        sheet.skipped += counts.skipped
        sheet.phones_kept += counts.phones_kept
        ImportProblem.objects.bulk_create(
            ImportProblem(
                run=self.run,
                sheet=sheet,
                row=note.row,
                kind=note.kind,
                column=note.column[:200],
                column_index=note.column_index,
                value=note.value[:_LONGEST_VALUE],
                sentence=note.sentence,
            )
            for note in batch.notes
        )
