"""The table of a sheet: its header, its columns that hold something, and what between the rows is no row."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from crm.imports.body import BodyRow, LeftOut, body_rows
from crm.imports.cells import column_letter, header_key
from crm.imports.dates import DateOrder, date_order
from crm.imports.headers import LOOKED_AT, Layout, column_keys, find_layout, header_texts, shape_of_header
from crm.imports.mapping import shape_of
from crm.imports.reading.spool import SpooledSheet

# The column of titles between the rows: it stands on no sheet, but may be mapped like one that does.
SECTION_COLUMN = 10_000
_SAMPLED_ROWS = 200
_ROWS_READ = 5000
_LONGEST_SAMPLE = 200
_TOLD_ROWS = 12


@dataclass(frozen=True)
class Column:
    """`index` counts from 0; `header` is the text above, or the column's letter when there is none.

    `key` is the header in comparable form, told from equal ones by a number. `order` is what its dates tell.
    """

    index: int
    header: str
    samples: list[str]
    key: str = ""
    order: DateOrder | None = None


@dataclass(frozen=True)
class Table:
    """`shape` is the same for files with the same headers; `left_out` are the first rows that are none of the table."""

    layout: Layout
    columns: list[Column]
    shape: str
    left_out: list[BodyRow]

    @property
    def header_row(self) -> int:
        return self.layout.header_row


def find_table(
    sheet: SpooledSheet,
    known_headers: Collection[str],
    layout: Layout | None = None,
    known_shapes: Collection[str] = (),
) -> Table:
    """`known_headers` are header keys of all fields; `layout` is the user's own choice, when he made one."""
    if layout is None:
        layout = find_layout(sheet, known_headers, known_shapes)
    rows = list(islice(body_rows(sheet, layout), _ROWS_READ))
    headers = header_texts(sheet.first(LOOKED_AT + layout.last_header_row), layout)
    columns = _columns(headers, [row.cells for row in rows if not row.left_out])
    shape = shape_of_header(headers) or shape_of(column.key for column in columns)
    left_out = [row for row in rows if row.left_out]
    return Table(layout, [*columns, *_section_column(left_out)], shape, left_out[:_TOLD_ROWS])


def _columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    width = max([len(headers), *map(len, rows)], default=0)
    keys = column_keys(headers)
    columns = []
    for index in range(width):
        values = [cells[index] for cells in rows if index < len(cells) and cells[index]]
        header = headers[index] if index < len(headers) else ""
        if not values or (header and index not in keys):
            continue
        letter = column_letter(index)
        samples = [value[:_LONGEST_SAMPLE] for value in values[:_SAMPLED_ROWS]]
        columns.append(
            Column(index, header or letter, samples, keys.get(index, header_key(letter)), date_order(values))
        )
    return columns


def _section_column(left_out: Iterable[BodyRow]) -> list[Column]:
    titles = Counter(row.text[:_LONGEST_SAMPLE] for row in left_out if row.left_out == LeftOut.SECTION)
    if not titles:
        return []
    return [Column(SECTION_COLUMN, _("Title above the rows"), list(titles), "#section")]
