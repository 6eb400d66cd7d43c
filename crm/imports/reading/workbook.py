"""Sheets of a workbook by calamine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from crm.imports.reading.limits import COLUMNS, SHEET_CELLS, SHEETS, WORKBOOK_ROWS, Refused


@dataclass(frozen=True)
class RawSheet:
    name: str
    is_hidden: bool
    rows: list[list[Any]]


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
        rows = _rows(workbook, metadata.name)
        rows_so_far += len(rows)
        if rows_so_far > WORKBOOK_ROWS:
            raise Refused("too_many_rows")
        yield RawSheet(metadata.name, metadata.visible != SheetVisibleEnum.Visible, rows)


def _rows(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("broken") from error
    if sheet.end is None:
        return []
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > SHEET_CELLS:
        raise Refused("sheet_too_large")
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    if sheet.end[1] >= COLUMNS:
        return [row[:COLUMNS] for row in rows]
    return rows
