"""What an import would do, found out without writing anything."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.body import body_rows
from crm.imports.drafts import Draft, MappedRow
from crm.imports.engine import Counts, ImportRefused, Opened, batches, mapped_rows, open_target, read_batch
from crm.imports.mapping import missing_fields
from crm.imports.models import Import, ImportSheet
from crm.imports.reading.spool import SpooledSheet

_SAMPLES = 3
_SHOWN_PROBLEMS = 20
_SHOWN_LEFT_OUT = 30


@dataclass
class SheetCheck:
    counts: Counts = field(default_factory=Counts)
    rows: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    left_out_count: int = 0


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
        for row in body_rows(spooled, sheet.layout):
            if row.left_out:
                result.left_out_count += 1
                result.left_out += [{"row": row.number, "kind": row.left_out, "text": row.text[:80]}]
                del result.left_out[_SHOWN_LEFT_OUT:]
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
        counts.empty += batch.counts.empty
        counts.skipped += batch.counts.skipped
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
