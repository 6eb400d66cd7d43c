"""What a workbook's zip claims to hold, looked at before anything is unpacked for good."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from crm.imports.reading.limits import (
    ARCHIVE_ENTRIES,
    MEGABYTE,
    SHEET_CELLS,
    SUSPECT_BYTES,
    SUSPECT_RATIO,
    UNPACKED_BYTES,
    Refused,
)

# Addresses of cells (r="C7") and of rows (r="7"). A pattern that begins with plain text is ten times quicker here.
_ADDRESS = re.compile(rb'r="([A-Z]{0,3})(\d{1,7})"')
_DIMENSION = re.compile(rb'<(?:\w{1,16}:)?dimension\s[^<>]{0,160}?ref="(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})"')
# An element's start may be cut by the end of a chunk: this much of it is looked at again with the next.
_OVERLAP = 32
_CHUNK = MEGABYTE


def check_archive(path: Path) -> None:
    """Raises Refused for a zip that is no workbook, or one that would cost too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(entries)
            _check_kind({entry.filename for entry in entries})
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise Refused("broken") from error


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ARCHIVE_ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise Refused("unpacks_too_large")
    if any(_is_suspect(entry) for entry in entries):
        raise Refused("unpacks_too_large")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("encrypted")


def _is_suspect(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SUSPECT_BYTES and entry.file_size > SUSPECT_RATIO * entry.compress_size


def _check_kind(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("binary_workbook")
    if "xl/workbook.xml" not in names and not {"content.xml", "mimetype"} <= names:
        raise Refused("not_a_workbook")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
    if not is_sheet and not name.endswith((".xml", ".rels")):
        return
    chunks = _unpacked(archive, entry)
    head = next(chunks, b"")
    # Workbooks have no use for a document type; entities declared in one read files or grow without end.
    if b"<!DOCTYPE" in head[:4096] or b"<!ENTITY" in head:
        raise Refused("hostile")
    if is_sheet:
        _check_extent(head, chunks)
    # To the end, so that the part is known to be as long as it says.
    for _chunk in chunks:
        pass


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in chunks. Raises Refused when there is more of it than its entry says: readers would take it all."""
    endless = copy(entry)
    # The library stops at the size that the entry claims.
    endless.file_size = 2 * UNPACKED_BYTES
    length = 0
    with archive.open(endless) as part:
        while chunk := part.read(_CHUNK):
            length += len(chunk)
            if length > entry.file_size:
                raise Refused("unpacks_too_large")
            yield chunk


def _check_extent(head: bytes, chunks: Iterator[bytes]) -> None:
    width = height = 0
    window = head
    found = _DIMENSION.findall(head[:4096])
    while window:
        for letters, row in found + _ADDRESS.findall(window):
            width = max(width, _column_number(letters))
            height = max(height, int(row))
        if width * height > SHEET_CELLS:
            raise Refused("sheet_too_large")
        chunk = next(chunks, b"")
        window = window[-_OVERLAP:] + chunk if chunk else b""
        found = []


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
