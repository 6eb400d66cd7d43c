"""Delimited text: its encoding, its delimiter, its rows one at a time."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from charset_normalizer import from_bytes

from crm.imports.reading.limits import COLUMNS, MEGABYTE, TEXT_ROWS, Refused

_BYTE_ORDER_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_ONE_BYTE_ENCODINGS = ["cp1251", "koi8_u", "koi8_r", "cp866", "cp1252"]
_SAMPLE = 64 * 1024
_DELIMITERS = ",;\t|"
csv.field_size_limit(MEGABYTE)


def text_rows(path: Path) -> Iterator[list[str]]:
    """Raises Refused for what is no text."""
    encoding = detect_encoding(path)
    delimiter = detect_delimiter(_sample_lines(path, encoding))
    quoting = _quoting(path, encoding, delimiter)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            for number, row in enumerate(csv.reader(file, delimiter=delimiter, quoting=quoting)):
                if len(row) > COLUMNS:
                    raise Refused("too_many_columns")
                if number > TEXT_ROWS:
                    raise Refused("too_many_lines")
                yield row
        except csv.Error as error:
            raise Refused("broken_text") from error


def detect_encoding(path: Path) -> str:
    """A Python codec name; the whole file is looked at before it is called UTF-8."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    if b"\x00" in sample:
        return _wide_encoding(sample)
    if _is_utf8(path):
        return "utf-8"
    best = from_bytes(sample, cp_isolation=_ONE_BYTE_ENCODINGS).best()
    return best.encoding if best else "cp1251"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(MEGABYTE):
                if b"\x00" in chunk:
                    raise Refused("binary")
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without its mark: ASCII marks (delimiters, digits, line ends) leave zeros on one side only."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    for encoding, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if here > 20 * there and here > len(sample) / 50:
            return encoding
    raise Refused("binary")


def _sample_lines(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            return file.read(_SAMPLE).splitlines(keepends=True)[:200]
        except UnicodeError as error:
            raise Refused("broken_text") from error


def detect_delimiter(lines: list[str]) -> str:
    """The one that gives most columns to most rows. csv.Sniffer takes letters for delimiters, and minutes at worst."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = (width - 1) * count / widths.total() if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _quoting(path: Path, encoding: str, delimiter: str) -> Literal[0, 3]:
    """Tab-separated files often quote nothing: a cell that begins with a quote must not swallow the next lines."""
    if delimiter != "\t":
        return csv.QUOTE_MINIMAL
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = file.read(MEGABYTE).splitlines()[:-1] or [""]
    plain = Counter(line.count("\t") for line in lines)
    return csv.QUOTE_NONE if plain.most_common(1)[0][1] > 0.98 * len(lines) else csv.QUOTE_MINIMAL
