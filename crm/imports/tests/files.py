"""Files made for the tests: workbooks by openpyxl, and hostile ones by hand."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def workbook(path: Path, sheets: Mapping[str, Rows]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def workbook_with(path: Path, changes: Mapping[str, bytes], *, unpacks_to: int = 0) -> Path:
    """A workbook of one sheet in which parts of the zip are replaced or added; the last may claim to be large."""
    plain = io.BytesIO()
    book = Workbook()
    book.active.append(["Name", "Phone"])
    book.active.append(["Acme", "1"])
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry, old.read(entry))
        for name, content in changes.items():
            new.writestr(name, content)
        if unpacks_to:
            new.infolist()[-1].file_size = unpacks_to
    return path


def sheet_xml(cells: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()
