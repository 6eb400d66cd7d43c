"""Writes exports as XLSX, row after row, in memory for one row."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm.listing.cells import is_formula_like

# Excel's own; a longer text makes it offer to repair the file.
LONGEST_TEXT = 32_767


def write_workbook(target: IO[bytes], name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A workbook of one sheet; text stays text, also after somebody has edited it in Excel."""
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        writer = _CellWriter(book, sheet)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                writer.write(number, column, value)


class _CellWriter:
    """Holds the few formats that the cells share."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        # As the apostrophe that people type before a text: Excel keeps it one when the cell is edited.
        self.quoted = book.add_format({"quote_prefix": True})

    def write(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0)
            self.sheet.write_datetime(row, column, local, self.moment)
            return
        if isinstance(value, date):
            self.sheet.write_datetime(row, column, value, self.day)
            return
        if isinstance(value, Decimal):
            # Amounts, to be summed: the digits that a float keeps are more than they have.
            self.sheet.write_number(row, column, value)
            return
        text = ILLEGAL_CHARACTERS_RE.sub("", "" if value is None else str(value))[:LONGEST_TEXT]
        if text:
            # Never `write`, which would take a text that looks like one for a formula, a number or an address.
            self.sheet.write_string(row, column, text, self.quoted if is_formula_like(text) else None)
