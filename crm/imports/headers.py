"""The header of a sheet: in which row it begins, how many rows it takes, and what each column is called."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crm.imports.cells import header_key
from crm.imports.contents import looks_like_a_label
from crm.imports.mapping import JOINT, shape_of
from crm.imports.reading.spool import Row, SpooledSheet
from crm.imports.reasons import is_reason_header

LOOKED_AT = 40
MOST_HEADER_ROWS = 3
_LONGEST_SUBHEADER = 60


@dataclass(frozen=True)
class Layout:
    """`header_row` is the number of the header's first row on the sheet, 0 when it has none; `header_height` its rows.

    `keeps_sections`: titles between the rows are rows like all others.
    """

    header_row: int = 0
    header_height: int = 1
    keeps_sections: bool = False

    @property
    def last_header_row(self) -> int:
        return self.header_row + self.header_height - 1 if self.header_row else 0


def find_layout(sheet: SpooledSheet, known_headers: Collection[str], known_shapes: Collection[str] = ()) -> Layout:
    """`known_headers` are header keys of all fields, `known_shapes` those of files that the importer mapped before."""
    rows = sheet.first(LOOKED_AT)
    for row in rows:
        for height in range(1, MOST_HEADER_ROWS + 1):
            layout = Layout(row.number, height)
            if known_shapes and shape_of_header(header_texts(rows, layout)) in known_shapes:
                return layout
    number = find_header_row(rows, known_headers)
    return _with_rows_around(rows, number, known_headers, _merged(sheet))


def find_header_row(rows: Sequence[Row], known_headers: Collection[str]) -> int:
    """The row's number on the sheet, 0 when no row looks like a header."""
    width = usual_width(rows)
    best, best_score = 0, 0.0
    for index, row in enumerate(rows[:-1] or rows):
        score = _header_score(row, width, known_headers) - 0.1 * index
        if score > best_score:
            best, best_score = row.number, score
    return best


def usual_width(rows: Iterable[Row]) -> int:
    widths = sorted(sum(bool(cell) for cell in row.cells) for row in rows)
    return widths[len(widths) // 2] if widths else 0


def _header_score(row: Row, width: int, known_headers: Collection[str]) -> float:
    filled = [cell for cell in row.cells if cell]
    labels = [cell for cell in filled if looks_like_a_label(cell)]
    known = sum(header_key(cell) in known_headers for cell in filled)
    if len(labels) < 0.7 * len(filled) or (len(filled) < max(2, width / 2) and not known):
        return 0.0
    if len(filled) < width / 2:
        return 0.0
    distinct = len({cell.casefold() for cell in filled}) / len(filled)
    return 3.0 * known + min(1.0, len(filled) / max(width, 1)) + distinct


def _merged(sheet: SpooledSheet) -> dict[int, set[range]]:
    """By row, the columns of its cells that are merged across."""
    merged: dict[int, set[range]] = {}
    for row, left, right in sheet.wide_cells:
        merged.setdefault(row, set()).add(range(left, right + 1))
    return merged


def _with_rows_around(
    rows: Sequence[Row], number: int, known_headers: Collection[str], merged: Mapping[int, set[range]]
) -> Layout:
    """The found row may be the upper or the lower one of a header of two."""
    at = next((index for index, row in enumerate(rows) if row.number == number), None)
    if at is None:
        return Layout(number)
    # A remark above a header looks like a group of columns; cells merged over just these tell that it is one.
    if at and _is_stacked(rows[at - 1], rows[at], merged.get(rows[at - 1].number, set())):
        return Layout(rows[at - 1].number, 2)
    if at + 1 == len(rows):
        return Layout(number)
    below = {header_key(cell) for cell in rows[at + 1].cells if cell}
    groups = merged.get(number) or (None if below & set(known_headers) else set())
    return Layout(number, 2) if _is_stacked(rows[at], rows[at + 1], groups) else Layout(number)


def _is_stacked(top: Row, bottom: Row, merged: set[range] | None) -> bool:
    """Whether the lower row names the parts of the upper row's groups: "Address" above "city" and "street".

    `merged` are the columns over which the upper row's cells are merged; None lets the look of the rows decide.
    """
    if bottom.number != top.number + 1:
        return False
    width = max(len(top.cells), len(bottom.cells))
    above, below = _padded(top.cells, width), _padded(bottom.cells, width)
    groups = _groups(above, below)
    inside = {column for group in groups for column in group}
    named = {column for column in range(width) if below[column] and below[column] != above[column]}
    if merged is not None and not merged.issuperset(groups):
        return False
    if not groups or not all(_is_subheader(below[column]) for column in named):
        return False
    # One text above everything is the title of the sheet.
    if len([text for text in above if text]) < 2 and named <= inside:
        return False
    return all(column in inside or not above[column] for column in named)


def _groups(above: Sequence[str], below: Sequence[str]) -> list[range]:
    """Columns under one upper cell, at least two, each with a name of its own below."""
    groups = []
    for start, text in enumerate(above):
        end = start + 1
        while text and end < len(above) and not above[end] and below[end]:
            end += 1
        if end > start + 1 and below[start]:
            groups.append(range(start, end))
    return groups


def _is_subheader(text: str) -> bool:
    return len(text) <= _LONGEST_SUBHEADER and looks_like_a_label(text) and not any(map(str.isdigit, text))


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def header_texts(rows: Iterable[Row], layout: Layout) -> list[str]:
    """By column, "" where there is none; those of several rows joined: "Address / city"."""
    wanted = range(layout.header_row, layout.header_row + layout.header_height)
    header = [row.cells for row in rows if layout.header_row and row.number in wanted]
    width = max(map(len, header), default=0)
    levels = [_padded(cells, width) for cells in header]
    for above, below in pairwise(levels):
        _carry_groups(above, below)
    return [_joined(column) for column in zip(*levels, strict=True)]


def _carry_groups(above: list[str], below: Sequence[str]) -> None:
    for group in _groups(above, below):
        for column in group:
            above[column] = above[group.start]


def _joined(texts: Sequence[str]) -> str:
    tidy = [" ".join(text.replace("_", " ").split()) for text in texts]
    return JOINT.join(dict.fromkeys(text for text in tidy if text))


def reason_column(headers: Sequence[str]) -> int | None:
    """The last column, where it holds the reasons of a workbook of failed rows."""
    last = max((index for index, text in enumerate(headers) if text), default=None)
    return last if last is not None and is_reason_header(headers[last]) else None


def column_keys(headers: Sequence[str]) -> dict[int, str]:
    """By column, the header in comparable form; those that repeat are numbered."""
    reasons = reason_column(headers)
    seen: Counter[str] = Counter()
    keys = {}
    for index, text in enumerate(headers):
        if not text or index == reasons:
            continue
        key = header_key(text)
        seen[key] += 1
        keys[index] = key if seen[key] == 1 else f"{key} #{seen[key]}"
    return keys


def shape_of_header(headers: Sequence[str]) -> str:
    """ "" for a header that names nothing."""
    keys = column_keys(headers)
    return shape_of(keys.values()) if keys else ""
