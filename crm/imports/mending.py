"""The workbook of rows that failed: the importer's own sheets and headers, each reason in the cell that is wrong.

Mended and uploaded again, it is mapped as the first file was: the headers are the same, and the column of reasons is
known and left out.
"""

import re
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from crm.imports.body import BodyRow, LeftOut, body_rows
from crm.imports.cells import column_letter
from crm.imports.engine import ImportRefused
from crm.imports.headers import LOOKED_AT, header_texts, reason_column
from crm.imports.models import Import, ImportProblem, ImportSheet, ProblemKind
from crm.imports.reading.spool import SpooledSheet
from crm.imports.reasons import REASON_HEADER
from crm.imports.registry import target_of
from crm.imports.work import chosen_sheets
from crm.listing.cells import xlsx_cell
from crm.listing.export import XLSX_TYPE

_IN_MEMORY = 1024 * 1024
# Workbooks of more rows are not mended by hand.
MOST_ROWS = 20_000
_REASONS_WIDTH, _WIDTH = 60, 22
_LONGEST_COMMENT = 1000
_BAD_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_WRONG = PatternFill("solid", fgColor="F8C9C4")
_DOUBTFUL = PatternFill("solid", fgColor="FCE8B2")
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def has_failed_rows(run: Import) -> bool:
    """Whether there is a workbook to mend, and the uploaded rows are still kept."""
    return run.started_at is not None and run.spool_folder.is_dir() and _wanted_problems(run).exists()


def failed_rows_workbook(run: Import) -> HttpResponseBase:
    """Raises ImportRefused when the uploaded rows are not kept any more."""
    workbook = Workbook(write_only=True)
    problems = _problems_by_row(run)
    for sheet, spooled in chosen_sheets(run):
        if sheet.pk in problems:
            name = _BAD_IN_NAMES.sub(" ", sheet.name or run.file_name.rpartition(".")[0]).strip()[:31]
            _Sheet(workbook.create_sheet(name or None), sheet, spooled).write(problems[sheet.pk])
    if not workbook.worksheets:
        raise ImportRefused(_("No row of this import failed."))
    # The response closes it.
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    workbook.save(file)
    file.seek(0)
    name = _("failed rows of %(file)s") % {"file": run.file_name.rpartition(".")[0]}
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


def _wanted_problems(run: Import) -> Any:
    """Rows that were partly taken come too, unless a second import would add their record again."""
    problems = ImportProblem.objects.filter(run=run).exclude(kind=ProblemKind.NOTICE)
    again = [sheet.pk for sheet in run.sheets.all() if not _is_matched(run, sheet)]
    return problems.exclude(sheet__in=again, kind__in=(ProblemKind.PHONE, ProblemKind.LEFT_OUT))


def _is_matched(run: Import, sheet: ImportSheet) -> bool:
    target = target_of(sheet.target)
    identities = {identity.key: identity for identity in target.identities} if target else {}
    first = next(iter(identities), "")
    identity = identities.get(run.identities.get(sheet.target) or first)
    return bool(identity and identity.ruled_by)


def _problems_by_row(run: Import) -> dict[int, dict[int, list[ImportProblem]]]:
    """By sheet and row number."""
    found: dict[int, dict[int, list[ImportProblem]]] = {}
    count = 0
    for problem in _wanted_problems(run).order_by("sheet", "row", "pk").iterator(chunk_size=2000):
        rows = found.setdefault(problem.sheet_id, {})
        count += problem.row not in rows
        if count > MOST_ROWS:
            break
        rows.setdefault(problem.row, []).append(problem)
    return found


class _Sheet:
    """Writes one sheet: the header as it was, then each row that failed under the title that it stood under."""

    def __init__(self, out: Any, sheet: ImportSheet, spooled: SpooledSheet) -> None:
        self.out = out
        self.spooled = spooled
        self.layout = sheet.layout
        self.rows_written = 0
        # A workbook that is mended for the second time has the column of reasons already.
        headers = header_texts(spooled.first(LOOKED_AT + self.layout.last_header_row), self.layout)
        reasons = reason_column(headers)
        self.width = max(len(headers), spooled.columns) if reasons is None else reasons

    def write(self, problems: dict[int, list[ImportProblem]]) -> None:
        for column in range(self.width):
            self.out.column_dimensions[column_letter(column)].width = _WIDTH
        self.out.column_dimensions[column_letter(self.width)].width = _REASONS_WIDTH
        self.out.freeze_panes = f"A{self.layout.header_height + 1}"
        self._write_header()
        title: BodyRow | None = None
        for row in body_rows(self.spooled, self.layout):
            if row.left_out == LeftOut.SECTION:
                title = row
            elif row.number in problems:
                if title is not None:
                    self._write_title(title)
                    title = None
                self._write_row(row, problems[row.number])

    def _write_header(self) -> None:
        wanted = range(self.layout.header_row, self.layout.last_header_row + 1)
        rows = [row for row in self.spooled.first(LOOKED_AT + self.layout.last_header_row) if row.number in wanted]
        # A table without a header gets the letters of its columns, by which it is known again.
        lines = [row.cells for row in rows if self.layout.header_row] or [[column_letter(n) for n in range(self.width)]]
        for level, cells in enumerate(lines):
            reason = str(REASON_HEADER) if level == 0 else ""
            line = [self._cell(text) for text in [*self._fitted(cells), reason]]
            for cell in line:
                cell.font = _BOLD
            self._append(line)
        for row_number, left, right in self.spooled.wide_cells:
            if self.layout.header_row and row_number in wanted and right < self.width:
                self._merge(row_number - self.layout.header_row + 1, left, right)

    def _write_title(self, title: BodyRow) -> None:
        column = next(index for index, cell in enumerate(title.cells) if cell)
        self._append([self._cell(text) for text in self._fitted(title.cells)])
        if self.width - column >= 3:
            self._merge(self.rows_written, column, self.width - 1)

    def _write_row(self, row: BodyRow, problems: list[ImportProblem]) -> None:
        line = [self._cell(text) for text in self._fitted(row.cells)]
        by_column: dict[int, list[ImportProblem]] = {}
        for problem in problems:
            if problem.column_index is not None and problem.column_index < self.width:
                by_column.setdefault(problem.column_index, []).append(problem)
        for column, wrong in by_column.items():
            _mark(line[column], wrong)
        reasons = self._cell("\n".join(dict.fromkeys(map(_in_words, problems))))
        reasons.alignment = _WRAPPED
        self._append([*line, reasons])

    def _fitted(self, cells: list[str]) -> list[str]:
        return [*cells, *[""] * self.width][: self.width]

    def _cell(self, text: str) -> Any:
        """Text stays text: a phone that begins with a zero keeps it when somebody edits the cell."""
        cell = xlsx_cell(self.out, text)
        if isinstance(cell, str):
            cell = WriteOnlyCell(self.out, cell)
        cell.number_format = "@"
        return cell

    def _append(self, line: list[Any]) -> None:
        self.out.append(line)
        self.rows_written += 1

    def _merge(self, row: int, left: int, right: int) -> None:
        self.out.merged_cells.add(f"{column_letter(left)}{row}:{column_letter(right)}{row}")


def _mark(cell: Any, problems: list[ImportProblem]) -> None:
    sentences = dict.fromkeys(problem.sentence for problem in problems)
    cell.comment = Comment("\n".join(sentences)[:_LONGEST_COMMENT], "Porada", height=90, width=260)
    has_failed = any(problem.kind == ProblemKind.FAILED for problem in problems)
    cell.fill = _WRONG if has_failed else _DOUBTFUL


def _in_words(problem: ImportProblem) -> str:
    value = f" ({problem.value})" if problem.value and problem.kind != ProblemKind.FAILED else ""
    return f"{problem.column}: {problem.sentence}{value}" if problem.column else problem.sentence
