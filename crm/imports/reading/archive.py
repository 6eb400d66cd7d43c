"""What a workbook's zip claims to hold, looked at before anything is unpacked for good."""

import re
import zipfile
import zlib
from pathlib import Path

from crm.imports.reading.limits import ARCHIVE_ENTRIES, MEGABYTE, SHEET_CELLS, UNPACKED_BYTES, Refused

_CELL = re.compile(rb'<(?:\w+:)?(?:c|dimension)\s[^>]*?\br(?:ef)?="(?:[A-Z]+\d+:)?([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"')
# An element's start may be cut by the end of a chunk: this much of it is looked at again with the next.
_OVERLAP = 256
_CHUNK = MEGABYTE


def check_archive(path: Path) -> str:
    """The extension that fits the content, "xlsx" or "ods". Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(entries)
            kind = _kind({entry.filename for entry in entries})
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise Refused("broken") from error
    return kind


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ARCHIVE_ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise Refused("unpacks_too_large")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("encrypted")


def _kind(names: set[str]) -> str:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if "xl/workbook.bin" in names:
        raise Refused("binary_workbook")
    raise Refused("not_a_workbook")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    if not is_sheet and not entry.filename.endswith((".xml", ".rels")):
        return
    with archive.open(entry) as part:
        head = part.read(_CHUNK)
        # Workbooks have no use for a document type; entities declared in one read files or grow without end.
        if b"<!DOCTYPE" in head[:4096] or b"<!ENTITY" in head:
            raise Refused("hostile")
        if is_sheet:
            _check_extent(head, part)


def _check_extent(head: bytes, part: "zipfile.ZipExtFile | object") -> None:
    width = height = 0
    window = head
    while window:
        for letters, row in _CELL.findall(window):
            width = max(width, _column_number(letters))
            height = max(height, int(row))
        height = max([height, *map(int, _ROW.findall(window))])
        if width * height > SHEET_CELLS:
            raise Refused("sheet_too_large")
        chunk = part.read(_CHUNK)  # type: ignore[union-attr]
        window = window[-_OVERLAP:] + chunk if chunk else b""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
