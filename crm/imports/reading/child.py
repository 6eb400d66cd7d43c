"""The process that opens a stranger's file: `python -m crm.imports.reading.child FILE FOLDER MEMORY`.

Writes sheets.json and a sheet-NNN.jsonl per sheet, a line `[row number from 1, [text, …]]` for each row that is not
empty. A refusal is the one word on standard output, exit code 3.
"""

import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crm.imports.reading.archive import check_archive
from crm.imports.reading.cells import as_text
from crm.imports.reading.limits import CPU_SECONDS, SPOOL_BYTES, Refused
from crm.imports.reading.text import text_rows
from crm.imports.reading.workbook import RawSheet, workbook_sheets

REFUSED = 3
# Taller merged cells are frames around a page, and belong to no row.
_TALLEST = 200
_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXCEL_BEFORE_97 = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
_OTHER_MARKS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF")
# Web pages and other marked-up text that programs save under the name of a table.
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|\{\\rtf)", re.IGNORECASE)


def main(path: Path, folder: Path) -> None:
    sheets: Iterable[RawSheet] = workbook_sheets(path)
    if _is_text(path):
        sheets = [RawSheet("", False, text_rows(path), [])]
    index = [_spool(folder, number, sheet) for number, sheet in enumerate(sheets)]
    if not any(sheet["rows"] for sheet in index):
        raise Refused("empty")
    (folder / "sheets.json").write_text(json.dumps(index, ensure_ascii=False))


def _is_text(path: Path) -> bool:
    """What the file is, whatever it is called: names and contents often part ways. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip():
        raise Refused("empty")
    if head.startswith(b"PK\x03\x04"):
        check_archive(path)
        return False
    if head.startswith(_OLE_MARK):
        _check_container(path)
        return False
    if head.startswith(_OTHER_MARKS):
        raise Refused("not_a_workbook")
    if _MARKUP.match(head):
        raise Refused("web_page")
    return not (head.startswith(_EXCEL_BEFORE_97) and b"\x00" in head[:16])


def _check_container(path: Path) -> None:
    """A password puts an .xlsx into the old container, as an entry of this name."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("encrypted")
    if "_VBA_PROJECT_CUR".encode("utf-16-le") in content:
        raise Refused("macros")


def _spool(folder: Path, number: int, sheet: RawSheet) -> dict[str, Any]:
    count = width = written = 0
    with (folder / f"sheet-{number:03}.jsonl").open("w", encoding="utf-8") as spool:
        for row_number, cells in _filled(_with_tall_cells(sheet)):
            line = json.dumps([row_number, cells], ensure_ascii=False)
            written += spool.write(line + "\n")
            if written > SPOOL_BYTES:
                raise Refused("unpacks_too_large")
            count += 1
            width = max(width, len(cells))
    wide = [[top + 1, left, right] for top, left, _bottom, right in sheet.merges if right > left]
    return {"name": sheet.name, "is_hidden": sheet.is_hidden, "rows": count, "columns": width, "wide_cells": wide}


def _with_tall_cells(sheet: RawSheet) -> Iterator[list[Any]]:
    """A cell merged over several rows belongs to each of them: one company, two people below one another."""
    starts: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, right in sheet.merges:
        if left == right and top < bottom <= top + _TALLEST:
            starts.setdefault(top, []).append((left, bottom))
    # By column: the last row of the tall cell that reaches down here, and its value.
    carried: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(sheet.rows):
        carried = {column: cell for column, cell in carried.items() if cell[0] >= number}
        if any(value not in ("", None) for value in row):
            for column, (_bottom, value) in carried.items():
                row[column] = value
        for column, bottom in starts.get(number, []):
            if column < len(row):
                carried[column] = (bottom, row[column])
        yield row


def _filled(rows: Iterable[list[Any]]) -> Iterator[tuple[int, list[str]]]:
    for row_number, row in enumerate(rows, start=1):
        cells = [as_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield row_number, cells


def _limit_resources(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SPOOL_BYTES, SPOOL_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit_resources(int(sys.argv[3]))
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Refused as refusal:
        print(refusal.code)
        sys.exit(REFUSED)
    except MemoryError:
        print("sheet_too_large")
        sys.exit(REFUSED)
