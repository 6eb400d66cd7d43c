"""Where the table of a sheet begins and ends: its header row, its columns that hold something, its footer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.imports.cells import column_letter, header_key
from crm.imports.contents import looks_like_a_label
from crm.imports.reading.spool import Row, SpooledSheet

_LOOKED_AT = 40
_SAMPLED_ROWS = 200
_LONGEST_SAMPLE = 200
_FOOTER_WORDS = re.compile(
    r"\W*(?:итого|всего|разом|усього|total|sum|сумма|примечани|примітк|note|источник|джерело|source|по состоянию|©)",
    re.IGNORECASE,
)
# A footer is looked for among the last rows only.
_FOOTER_ROWS = 12


@dataclass(frozen=True)
class Column:
    """`index` counts from 0; `header` is the text above, or the column's letter when there is none."""

    index: int
    header: str
    samples: list[str]


@dataclass(frozen=True)
class Table:
    """`header_row` is the number of the header's row on the sheet, 0 when the sheet has none."""

    header_row: int
    columns: list[Column]


def find_table(sheet: SpooledSheet, known_headers: frozenset[str], header_row: int | None = None) -> Table:
    """`known_headers` are header keys of all fields; `header_row` is the user's own choice, when he made one."""
    first = sheet.first(_LOOKED_AT)
    if header_row is None:
        header_row = find_header_row(first, known_headers)
    headers = next((row.cells for row in first if row.number == header_row), [])
    return Table(header_row, _columns(headers, _sample(sheet, header_row)))


def find_header_row(rows: Sequence[Row], known_headers: frozenset[str]) -> int:
    """The row's number on the sheet, 0 when no row looks like a header."""
    width = _usual_width(rows)
    best, best_score = 0, 0.0
    for index, row in enumerate(rows[:-1] or rows):
        score = _header_score(row, width, known_headers) - 0.1 * index
        if score > best_score:
            best, best_score = row.number, score
    return best


def _usual_width(rows: Sequence[Row]) -> int:
    widths = sorted(sum(bool(cell) for cell in row.cells) for row in rows)
    return widths[len(widths) // 2] if widths else 0


def _header_score(row: Row, width: int, known_headers: frozenset[str]) -> float:
    filled = [cell for cell in row.cells if cell]
    labels = [cell for cell in filled if looks_like_a_label(cell)]
    known = sum(header_key(cell) in known_headers for cell in filled)
    if len(labels) < 0.7 * len(filled) or (len(filled) < max(2, width / 2) and not known):
        return 0.0
    if len(filled) < width / 2:
        return 0.0
    distinct = len({cell.casefold() for cell in filled}) / len(filled)
    return 3.0 * known + min(1.0, len(filled) / max(width, 1)) + distinct


def _sample(sheet: SpooledSheet, header_row: int) -> list[Row]:
    rows: list[Row] = []
    for row in sheet.read():
        if row.number > header_row:
            rows.append(row)
        if len(rows) == _SAMPLED_ROWS:
            break
    return rows


def _columns(headers: list[str], rows: list[Row]) -> list[Column]:
    width = max([len(headers), *(len(row.cells) for row in rows)], default=0)
    columns = []
    for index in range(width):
        samples = [row.cells[index][:_LONGEST_SAMPLE] for row in rows if index < len(row.cells) and row.cells[index]]
        header = headers[index] if index < len(headers) else ""
        if samples:
            columns.append(Column(index, " ".join(header.replace("_", " ").split()) or column_letter(index), samples))
    return columns


def table_rows(sheet: SpooledSheet, header_row: int) -> Iterator[Row]:
    """The rows under the header, without a footer below a gap or of words such as "Итого"."""
    rows = (row for row in sheet.read() if row.number > header_row)
    yield from _without_footer(rows)


def _without_footer(rows: Iterable[Row]) -> Iterator[Row]:
    held: list[Row] = []
    usual = 0
    for row in rows:
        usual = max(usual, _filled(row)) if len(held) < _FOOTER_ROWS else usual
        held.append(row)
        if len(held) > _FOOTER_ROWS:
            yield held.pop(0)
    end = next((i for i, row in enumerate(held) if _begins_footer(row, held[i - 1] if i else None, usual)), len(held))
    yield from held[:end]


def _begins_footer(row: Row, before: Row | None, usual: int) -> bool:
    filled = _filled(row)
    if usual < 3:
        return False
    if filled <= max(2, usual // 2) and _FOOTER_WORDS.match(next(cell for cell in row.cells if cell)):
        return True
    has_gap_above = before is not None and row.number > before.number + 1
    return filled == 1 and has_gap_above


def _filled(row: Row) -> int:
    return sum(bool(cell) for cell in row.cells)
