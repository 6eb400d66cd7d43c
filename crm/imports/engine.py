"""Runs an import: rows in batches, each batch in one transaction, so that what is written is written whole."""

import logging
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.imports.cells import value_of
from crm.imports.detection import table_rows
from crm.imports.drafts import Companion, Draft, MappedRow, Note, RowProblem, Value, Writer
from crm.imports.mapping import missing_fields
from crm.imports.models import Import, ImportedRecord, ImportProblem, ImportSheet, ProblemKind
from crm.imports.options import RunOptions
from crm.imports.reading.spool import SpooledSheet
from crm.imports.registry import ImportTarget, companions_for, fields_for, identities_for, target_of, targets_for

logger = logging.getLogger(__name__)
BATCH_ROWS = 500
_SAMPLES = 3
_SHOWN_PROBLEMS = 20
_LONGEST_VALUE = 1000


class ImportRefused(Exception):
    """The import cannot run as it was set up; the message tells the importer why."""


@dataclass
class Counts:
    """`folded` counts rows that are one record with an earlier row of the file."""

    created: int = 0
    matched: int = 0
    folded: int = 0
    failed: int = 0
    phones_kept: int = 0

    def add_notes(self, notes: Iterable[Note]) -> None:
        self.phones_kept += sum(note.kind == ProblemKind.PHONE for note in notes)


@dataclass
class Batch:
    """What became of some rows: drafts by record, and what the importer should know."""

    drafts: list[Draft] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True)
class Opened:
    """A target made ready for one importer: who reads and writes its rows."""

    target: ImportTarget
    writer: Writer
    companions: dict[str, Companion]
    field_keys: frozenset[str]


def open_target(run: Import, key: str) -> Opened:
    """Raises ImportRefused when the importer may not (or no longer) import this."""
    user = run.importer
    target = target_of(key)
    if target is None or target not in targets_for(user):
        raise ImportRefused(_("Your role does not let you add these records."))
    identities = {identity.key: identity for identity in identities_for(user, target)}
    chosen = run.identities.get(key) or next(iter(identities), "")
    if chosen not in identities:
        raise ImportRefused(_("Your role does not let you match rows in this way."))
    options = RunOptions(
        user=user,
        identity=chosen,
        region=run.region,
        area_code=run.area_code,
        is_overwriting=run.is_overwriting,
        team_id=run.team_id,
        reason=_("Import of “%(file)s”") % {"file": run.file_name},
        change_set=run.change_set,
    )
    companions = {companion.key: companion.open(options) for companion in companions_for(user, target)}
    keys = frozenset(field.key for field in fields_for(user, target))
    return Opened(target, target.open(options), companions, keys)


def mapped_rows(sheet: ImportSheet, spooled: SpooledSheet, allowed: frozenset[str]) -> Iterator[MappedRow]:
    """The table's rows that hold anything in a mapped column."""
    headers = {column["index"]: column["header"] for column in sheet.columns}
    fields = {index: key for index, key in sheet.fields_by_column.items() if key in allowed}
    for row in table_rows(spooled, sheet.header_row):
        values = [
            Value(key, headers.get(index, ""), text)
            for index, key in fields.items()
            if index < len(row.cells) and (text := value_of(row.cells[index]))
        ]
        yield MappedRow(row.number, values)


def batches(rows: Iterator[MappedRow]) -> Iterator[list[MappedRow]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def read_batch(opened: Opened, rows: Sequence[MappedRow]) -> Batch:
    """Drafts of the rows, those of one record made one."""
    batch = Batch()
    by_key: dict[Hashable, Draft] = {}
    for row in rows:
        if not row.values:
            continue
        try:
            draft = _read_row(opened, row)
        except RowProblem as problem:
            batch.counts.failed += 1
            batch.notes.append(_failure(row.number, problem.sentence, problem.column, problem.value))
            continue
        batch.notes += draft.notes
        batch.counts.add_notes(draft.notes)
        if draft.key is not None and draft.key in by_key:
            opened.writer.absorb(by_key[draft.key], draft)
            batch.counts.folded += 1
            continue
        if draft.key is not None:
            by_key[draft.key] = draft
        batch.drafts.append(draft)
    return batch


def _read_row(opened: Opened, row: MappedRow) -> Draft:
    draft = opened.writer.read(row)
    for key, companion in opened.companions.items():
        entries, notes = companion.read(row)
        if entries:
            draft.companions[key] = entries
        draft.notes += notes
    return draft


def _failure(row: int, sentence: str, column: str = "", value: str = "") -> Note:
    return Note(row, ProblemKind.FAILED, column, value, sentence)


@dataclass
class SheetCheck:
    counts: Counts = field(default_factory=Counts)
    rows: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


class Checker:
    """Finds out what an import would do, and writes nothing. Keys seen in one sheet count in the next."""

    def __init__(self, run: Import) -> None:
        self.run = run
        self.opened: dict[str, Opened] = {}
        self.seen: set[tuple[str, Hashable]] = set()

    def check(self, sheet: ImportSheet, spooled: SpooledSheet) -> Iterator[SheetCheck]:
        """Yields the same, growing result after each batch. Raises ImportRefused."""
        opened = self._open(sheet)
        result = SheetCheck()
        for rows in batches(mapped_rows(sheet, spooled, opened.field_keys)):
            self._check_batch(opened, rows, result)
            yield result
        yield result

    def _open(self, sheet: ImportSheet) -> Opened:
        if sheet.target not in self.opened:
            self.opened[sheet.target] = open_target(self.run, sheet.target)
        opened = self.opened[sheet.target]
        mapped = opened.field_keys.intersection(sheet.fields_by_column.values())
        if missing_fields(mapped, opened.target):
            raise ImportRefused(_("No column of the sheet “%(sheet)s” holds the name.") % {"sheet": sheet.name})
        return opened

    def _check_batch(self, opened: Opened, rows: Sequence[MappedRow], result: SheetCheck) -> None:
        batch = read_batch(opened, rows)
        found = opened.writer.find(batch.drafts)
        result.rows += len(rows)
        counts = result.counts
        counts.failed += batch.counts.failed
        counts.folded += batch.counts.folded
        counts.phones_kept += batch.counts.phones_kept
        for draft in batch.drafts:
            key = (opened.target.key, draft.key)
            if draft.key is not None and key in self.seen:
                counts.folded += 1
            elif draft.key in found:
                counts.matched += 1
            else:
                counts.created += 1
            if draft.key is not None:
                self.seen.add(key)
        for draft in batch.drafts[: _SAMPLES - len(result.samples)]:
            result.samples.append({"row": draft.row, "lines": describe(opened, draft)})
        room = _SHOWN_PROBLEMS - len(result.problems)
        result.problems += [note._asdict() for note in batch.notes[:room]]


def describe(opened: Opened, draft: Draft) -> list[tuple[str, str]]:
    lines = opened.writer.describe(draft)
    for key, companion in opened.companions.items():
        lines += companion.describe(draft.companions.get(key, []))
    return lines


class SheetRun:
    """Writes the rows of one sheet. Made anew for each sheet; where an earlier worker stopped, it goes on."""

    def __init__(self, run: Import, sheet: ImportSheet, spooled: SpooledSheet) -> None:
        self.run = run
        self.sheet = sheet
        self.opened = open_target(run, sheet.target)
        rows = mapped_rows(sheet, spooled, self.opened.field_keys)
        self.rows = islice(rows, sheet.rows_done, None)

    def __iter__(self) -> Iterator[list[MappedRow]]:
        return batches(self.rows)

    def write(self, rows: Sequence[MappedRow]) -> None:
        """One batch, inside the caller's transaction; a row that the database refuses fails alone."""
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
            update_fields=["rows_done", "created", "matched", "folded", "failed", "phones_kept"],
        )

    def _write_alone(self, row: MappedRow) -> None:
        try:
            with transaction.atomic():
                batch = self._write([row])
        except (DataError, IntegrityError, ValueError):
            batch = Batch(notes=[_failure(row.number, _("The database did not take this row."))])
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
        batch.counts.matched = sum(draft.record.pk not in ours for draft in joined if draft.record)
        batch.counts.folded += len(known) - batch.counts.matched
        self._note_records(opened.target.model, (draft.record.pk for draft in new if draft.record), is_new=True)
        self._note_records(opened.target.model, changed - ours, is_new=False)
        for entry in companions_for(self.run.importer, opened.target):
            made = opened.companions[entry.key].write(batch.drafts)
            self._note_records(entry.model, made, is_new=True)
        late = [note for draft in batch.drafts for note in draft.notes if note not in batch.notes]
        batch.notes += late
        return batch

    def _join(self, drafts: Sequence[Draft]) -> list[Draft]:
        by_record: dict[UUID, Draft] = {}
        for draft in drafts:
            if draft.record is None:
                continue
            first = by_record.setdefault(draft.record.pk, draft)
            if first is not draft:
                self.opened.writer.absorb(first, draft)
        return list(by_record.values())

    def _made_by_this_import(self, ids: set[UUID]) -> set[UUID]:
        label = self.opened.target.model._meta.label_lower
        mine = ImportedRecord.objects.filter(run=self.run, record_type=label, record_id__in=ids)
        return set(mine.values_list("record_id", flat=True))

    def _note_records(self, model: Any, ids: Iterable[UUID], *, is_new: bool) -> None:
        label = model._meta.label_lower
        rows = [ImportedRecord(run=self.run, record_type=label, record_id=pk, is_new=is_new) for pk in sorted(ids)]
        ImportedRecord.objects.bulk_create(rows, ignore_conflicts=True)

    def _keep_account(self, batch: Batch) -> None:
        sheet, counts = self.sheet, batch.counts
        sheet.created += counts.created
        sheet.matched += counts.matched
        sheet.folded += counts.folded
        sheet.failed += counts.failed
        sheet.phones_kept += counts.phones_kept
        ImportProblem.objects.bulk_create(
            ImportProblem(
                run=self.run,
                sheet=sheet,
                row=note.row,
                kind=note.kind,
                column=note.column[:200],
                value=note.value[:_LONGEST_VALUE],
                sentence=note.sentence,
            )
            for note in batch.notes
        )
