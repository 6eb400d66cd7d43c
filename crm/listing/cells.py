"""Cells that no spreadsheet program runs as a formula."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

SEVERAL = "; "
# As OWASP lists them; spreadsheets in East Asian locales take the full-width ones for the plain.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_DATE_FORMAT, _TIME_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def is_formula_like(text: str) -> bool:
    return text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)


def csv_cell(value: Any) -> str:
    """Text for CSV; an apostrophe before whatever could start a formula, which readers of our own take off again."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if is_formula_like(text) else text


def xlsx_cell(sheet: Any, value: Any) -> Any:
    """A cell of a write-only sheet; text stays text, also after somebody has edited it in Excel."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0))
        cell.number_format = _TIME_FORMAT
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = _DATE_FORMAT
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", "" if value is None else str(value))
    if not is_formula_like(text):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
