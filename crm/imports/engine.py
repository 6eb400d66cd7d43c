"""Rows of a sheet on their way to become records: opened for one importer, mapped, read in batches."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.body import BodyRow, table_rows
from crm.imports.cells import value_of
from crm.imports.detection import SECTION_COLUMN
from crm.imports.drafts import Companion, Draft, MappedRow, Note, RowLeftOut, RowProblem, Value, Writer
from crm.imports.matching import Matches, matches_of
from crm.imports.models import Import, ImportSheet, ProblemKind
from crm.imports.options import RunOptions
from crm.imports.reading.spool import SpooledSheet
from crm.imports.registry import ImportTarget, companions_for, fields_for, identities_for, target_of, targets_for

BATCH_ROWS = 500


class ImportRefused(Exception):
    """The import cannot run as it was set up; the message tells the importer why."""


@dataclass
class Counts:
    """`folded` counts rows that are one record with an earlier row of the file, `empty` those that hold nothing in the
    columns that were chosen, `skipped` those that the importer left out for one of their values."""

    created: int = 0
    matched: int = 0
    folded: int = 0
    failed: int = 0
    phones_kept: int = 0
    empty: int = 0
    skipped: int = 0

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
    matches: Matches


def open_target(run: Import, key: str) -> Opened:
    """Raises ImportRefused when the importer may not (or no longer) import this."""
    user = run.importer
    target = target_of(key)
    if not user.is_active:
        raise ImportRefused(_("The importer's account was deactivated."))
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
        file_name=run.file_name,
        change_set=run.change_set,
        choices=run.choices.get(key, {}),
        matches=matches_of(run, key, fields_for(user, target)),
    )
    companions = {companion.key: companion.open(options) for companion in companions_for(user, target)}
    keys = frozenset(field.key for field in fields_for(user, target))
    return Opened(target, target.open(options), companions, keys, options.matches)


def mapped_rows(sheet: ImportSheet, spooled: SpooledSheet, allowed: frozenset[str]) -> Iterator[MappedRow]:
    """The table's rows that hold anything in a mapped column."""
    chosen = {index: key for index, key in sheet.fields_by_column.items() if key in allowed}
    columns = [(column, chosen[column["index"]]) for column in sheet.columns if column["index"] in chosen]
    places: dict[str, tuple[int, str]] = {}
    for column, key in columns:
        if column["index"] != SECTION_COLUMN:
            places.setdefault(key, (column["index"], column["header"]))
    for row in table_rows(spooled, sheet.layout):
        values = [value for column, key in columns if (value := _value(row, column, key))]
        yield MappedRow(row.number, values, places)


def _value(row: BodyRow, column: dict[str, Any], key: str) -> Value | None:
    index = column["index"]
    if index == SECTION_COLUMN:
        cell, place = row.section, None
    else:
        cell, place = row.cells[index] if index < len(row.cells) else "", index
    text = value_of(cell)
    return Value(key, column["header"], text, place, bool(column.get("is_month_first"))) if text else None


def batches(rows: Iterator[MappedRow]) -> Iterator[list[MappedRow]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def read_batch(opened: Opened, rows: Sequence[MappedRow]) -> Batch:
    """Drafts of the rows, those of one record made one."""
    batch = Batch()
    by_key: dict[Hashable, Draft] = {}
    opened.matches.learn(rows)
    for row in rows:
        draft = _draft_of(opened, row, batch)
        if draft is None:
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


def _draft_of(opened: Opened, row: MappedRow, batch: Batch) -> Draft | None:
    """None for a row that becomes nothing, which is counted and told."""
    if not row.values:
        batch.counts.empty += 1
        return None
    try:
        return _read_row(opened, row)
    except RowProblem as problem:
        batch.counts.failed += 1
        batch.notes.append(_problem_note(row, problem))
    except RowLeftOut as chosen:
        value = chosen.value
        batch.counts.skipped += 1
        sentence = _("Left out, as you chose for this value.")
        batch.notes.append(
            Note(row.number, ProblemKind.SKIPPED, value.header, value.text, sentence, value.column_index)
        )
    return None


def _read_row(opened: Opened, row: MappedRow) -> Draft:
    draft = opened.writer.read(row)
    for key, companion in opened.companions.items():
        entries, notes = companion.read(row)
        if entries:
            draft.companions[key] = entries
        draft.notes += notes
    return draft


def failure_note(row: int, sentence: str) -> Note:
    return Note(row, ProblemKind.FAILED, "", "", sentence)


def _problem_note(row: MappedRow, problem: RowProblem) -> Note:
    """The problem in its cell, under the header that the importer gave it; an empty cell is one too."""
    index, header = row.columns.get(problem.field, (None, problem.column))
    for value in row.all(problem.field):
        if value.column_index is not None:
            index, header = value.column_index, value.header
            break
    return Note(row.number, ProblemKind.FAILED, header, problem.value, problem.sentence, index)
