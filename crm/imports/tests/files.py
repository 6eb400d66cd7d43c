"""Files made for the tests: workbooks by openpyxl, and hostile ones by hand."""

import io
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def workbook(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
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


@dataclass
class Memory:
    """`peak` is the most that the processes begun under this one held together, in bytes of real memory."""

    peak: int = 0


@contextmanager
def watched_children() -> Iterator[Memory]:
    memory, is_over = Memory(), threading.Event()
    me = psutil.Process()
    # A browser or a worker of other tests may live here already.
    others = {child.pid for child in me.children(recursive=True)}

    def watch() -> None:
        while not is_over.wait(0.005):
            held = 0
            for child in me.children(recursive=True):
                if child.pid in others:
                    continue
                with suppress(psutil.Error):
                    held += child.memory_info().rss
            memory.peak = max(memory.peak, held)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        is_over.set()
        watcher.join()
