"""Sheets of a workbook by calamine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from crm.imports.reading.limits import COLUMNS, MERGES, SHEET_CELLS, SHEETS, WORKBOOK_ROWS, Refused


@dataclass(frozen=True)
class RawSheet:
    """`merges` are merged areas as first row, first column, last row, last column, counted from 0."""

    name: str
    is_hidden: bool
    rows: Iterable[list[Any]]
    merges: list[tuple[int, int, int, int]]


def workbook_sheets(path: Path) -> Iterator[RawSheet]:
    """Chart and macro sheets are left out. Raises Refused."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise Refused("encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("broken") from error
    if len(workbook.sheets_metadata) > SHEETS:
        raise Refused("too_many_sheets")
    rows_so_far = 0
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(workbook, metadata.name)
        rows_so_far += sheet.total_height
        if rows_so_far > WORKBOOK_ROWS:
            raise Refused("too_many_rows")
        is_hidden = metadata.visible != SheetVisibleEnum.Visible
        yield RawSheet(metadata.name, is_hidden, _rows(sheet), _merges(sheet))


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("broken") from error
    if sheet.end is not None and (sheet.end[0] + 1) * (sheet.end[1] + 1) > SHEET_CELLS:
        raise Refused("sheet_too_large")
    return sheet


def _rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Row by row: the whole sheet as Python values would take twice the memory."""
    if sheet.start is None:
        return
    # The library begins at the first row of all, but at the first column that holds anything.
    left: list[Any] = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield (left + row)[:COLUMNS]


def _merges(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    return [(*start, *end) for start, end in (sheet.merged_cell_ranges or [])[:MERGES]]
