"""The rows under a header: which of them are rows of the table, and what the others are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice

from crm.imports.cells import header_key
from crm.imports.headers import LOOKED_AT, Layout, header_texts, reason_column, usual_width
from crm.imports.reading.spool import Row, SpooledSheet

_TOTAL_WORDS = r"(?:итого|всего|разом|усього|підсумок|total|subtotal|grand total|sum|сумма|сума)"
_TOTAL = re.compile(rf"\W*{_TOTAL_WORDS}(?:\W*|\W+(?:по|за|на|for|of|in|by)\b.*)", re.IGNORECASE)
_FOOTER_WORDS = re.compile(
    rf"\W*(?:(?:{_TOTAL_WORDS}|notes?|source)(?!\w)|примечани|примітк|источник|джерело|по состоянию|©)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?[\d\s.,%]+")
# A footer is looked for among the last rows only.
_FOOTER_ROWS = 12
_SAMPLED_ROWS = 500
# Tables of fewer columns have rows with one value for other reasons.
_NARROWEST = 3


class LeftOut(StrEnum):
    """Why a row under the header is no row of the table."""

    SECTION = "section"
    NUMBERING = "numbering"
    HEADER = "header"
    TOTAL = "total"
    FOOTER = "footer"


@dataclass(frozen=True)
class BodyRow:
    """`section` is the title above the row; `left_out` tells why the row is none of the table, "" when it is one."""

    number: int
    cells: list[str]
    section: str = ""
    left_out: str = ""

    @property
    def text(self) -> str:
        return " ".join(cell for cell in self.cells if cell)


def body_rows(sheet: SpooledSheet, layout: Layout) -> Iterator[BodyRow]:
    """Every row under the header, told what it is."""
    return _Body(sheet, layout).rows()


def table_rows(sheet: SpooledSheet, layout: Layout) -> Iterator[BodyRow]:
    """The rows of the table."""
    return (row for row in body_rows(sheet, layout) if not row.left_out)


class _Body:
    """Holds what a first look at the rows tells about all of them."""

    def __init__(self, sheet: SpooledSheet, layout: Layout) -> None:
        self.sheet = sheet
        self.layout = layout
        header = range(layout.header_row, layout.last_header_row + 1)
        top = sheet.first(LOOKED_AT + layout.last_header_row)
        self.reasons = reason_column(header_texts(top, layout))
        sample = list(islice(self._read(), _SAMPLED_ROWS))
        self.usual = usual_width(sample)
        self.wide_rows = {cell[0] for cell in sheet.wide_cells if cell[2] - cell[1] >= 2}
        self.headers = [keys for row in top if row.number in header and len(keys := _keys(row)) >= 2]
        self.number_columns = _number_columns(sample)
        self.section_column = self._section_column(sample)
        self.first_column = _first_full_column(sample, self.usual)

    def _read(self) -> Iterator[Row]:
        """Rows under the header, without the reasons of a workbook of failed rows."""
        for row in self.sheet.read():
            if row.number <= self.layout.last_header_row:
                continue
            if self.reasons is None:
                yield row
            elif any(row.cells[: self.reasons]):
                yield Row(row.number, row.cells[: self.reasons])

    def _section_column(self, sample: Sequence[Row]) -> int | None:
        """Lists in sections begin with one: titles alone in that column are sections when full rows follow each."""
        if len(sample) < 2 or self.usual < _NARROWEST or filled(sample[0]) != 1:
            return None
        column = _only_column(sample[0])
        titles = [index for index, row in enumerate(sample) if filled(row) == 1 and _only_column(row) == column]
        followed = [index + 1 < len(sample) and self._is_full(sample[index + 1]) for index in titles]
        return column if all(followed) else None

    def _is_full(self, row: Row | None) -> bool:
        return row is not None and filled(row) >= max(2, self.usual / 2)

    def rows(self) -> Iterator[BodyRow]:
        section, before = "", LeftOut.HEADER if self.layout.header_row else ""
        for row in self._told():
            kind = row.left_out or self._kind_after(before, row)
            if kind == LeftOut.SECTION:
                section = row.text
            before = kind
            yield BodyRow(row.number, row.cells, section, kind)

    def _kind_after(self, before: str, row: BodyRow) -> str:
        """Numbers of columns stand under a header only."""
        values = [cell for cell in row.cells if cell]
        is_count = len(values) >= _NARROWEST and values == [str(n + 1) for n in range(len(values))]
        return LeftOut.NUMBERING if before == LeftOut.HEADER and is_count else ""

    def _told(self) -> Iterator[BodyRow]:
        """All but the numbering told; the last rows are held back, until it is known that they are the last."""
        held: list[Row] = []
        rows = self._read()
        for row, following in _with_following(rows):
            held.append(row)
            if len(held) > _FOOTER_ROWS:
                first = held.pop(0)
                yield BodyRow(first.number, first.cells, "", self._kind(first, held[0]))
            if following is None:
                break
        end = self._footer_start(held)
        for index, row in enumerate(held):
            after = held[index + 1] if index + 1 < end else None
            kind = self._kind(row, after) if index < end else LeftOut.FOOTER
            yield BodyRow(row.number, row.cells, "", kind)

    def _kind(self, row: Row, following: Row | None) -> str:
        if self.headers and _keys(row) in self.headers:
            return LeftOut.HEADER
        if self.usual >= _NARROWEST and self._is_total(row):
            return LeftOut.TOTAL
        if self._is_section(row, following):
            return LeftOut.SECTION
        return ""

    def _is_total(self, row: Row) -> bool:
        first, *others = [cell for cell in row.cells if cell]
        return bool(_TOTAL.fullmatch(first)) and all(_NUMBER.fullmatch(cell) for cell in others)

    def _is_section(self, row: Row, following: Row | None) -> bool:
        if self.layout.keeps_sections or self.usual < _NARROWEST or filled(row) != 1 or following is None:
            return False
        column = _only_column(row)
        if row.number in self.wide_rows:
            return True
        if column in self.number_columns and not _NUMBER.fullmatch(row.cells[column]):
            return True
        return column == self.section_column and self._is_full(following)

    def _footer_start(self, held: Sequence[Row]) -> int:
        if self.usual < _NARROWEST:
            return len(held)
        last_full = max((index for index, row in enumerate(held) if self._is_full(row)), default=-1)
        for index in range(last_full + 1, len(held)):
            if self._begins_footer(held[index], held[index - 1] if index else None):
                return index
        return self._loose_end(held)

    def _begins_footer(self, row: Row, before: Row | None) -> bool:
        count = filled(row)
        if count <= max(2, self.usual // 2) and _FOOTER_WORDS.match(next(cell for cell in row.cells if cell)):
            return True
        has_gap_above = before is not None and row.number > before.number + 1
        return count == 1 and (has_gap_above or row.number in self.wide_rows)

    def _loose_end(self, held: Sequence[Row]) -> int:
        """Remarks below a table: some nearly empty rows, not all of which begin where the table begins."""
        end = start = len(held)
        while start and filled(held[start - 1]) <= self.usual // 2:
            start -= 1
        column = self.first_column
        strays = [row for row in held[start:] if column >= len(row.cells) or not row.cells[column]]
        return start if end - start >= 2 and strays else end


def filled(row: Row) -> int:
    return sum(bool(cell) for cell in row.cells)


def _keys(row: Row) -> tuple[str, ...]:
    return tuple(header_key(cell) for cell in row.cells if cell)


def _only_column(row: Row) -> int:
    return next(index for index, cell in enumerate(row.cells) if cell)


def _number_columns(sample: Sequence[Row]) -> set[int]:
    """Columns of nothing but numbers, titles that stand alone in their row aside."""
    values: dict[int, list[str]] = {}
    for row in sample:
        if filled(row) > 1:
            for index, cell in enumerate(row.cells):
                values.setdefault(index, []).append(cell)
    present = {index: [cell for cell in cells if cell] for index, cells in values.items()}
    return {index for index, cells in present.items() if cells and all(map(_NUMBER.fullmatch, cells))}


def _first_full_column(sample: Sequence[Row], usual: int) -> int:
    full = [row for row in sample if filled(row) > usual // 2]
    width = max((len(row.cells) for row in full), default=0)
    for column in range(width):
        if all(column < len(row.cells) and row.cells[column] for row in full):
            return column
    return 0


def _with_following(rows: Iterator[Row]) -> Iterator[tuple[Row, Row | None]]:
    before = next(rows, None)
    for row in chain(rows, [None]):
        if before is not None:
            yield before, row
        before = row
