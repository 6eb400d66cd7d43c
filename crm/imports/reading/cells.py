"""A cell's value as the text that the importer would read on the screen."""

import datetime
import re

from crm.imports.reading.limits import CELL_CHARACTERS

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
# PostgreSQL takes no NUL, and nothing good comes of the rest or of text that changes its own direction.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def as_text(value: object) -> str:
    """Whole numbers without ".0", dates as ISO 8601, errors of formulas as nothing."""
    if isinstance(value, str):
        return _tidy(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        is_midnight = value.time() == datetime.time()
        return value.date().isoformat() if is_midnight else value.isoformat(" ", "seconds")
    return str(value)


def _tidy(text: str) -> str:
    cleaned = _UNWANTED.sub("", text[:CELL_CHARACTERS]).replace("_x000D_", "").replace("\r\n", "\n")
    cleaned = cleaned.replace("\r", "\n").strip()
    # Exports put an apostrophe before whatever a spreadsheet might run as a formula.
    if cleaned.startswith("'") and cleaned[1:].lstrip().startswith(_FORMULA_STARTS):
        cleaned = cleaned[1:].lstrip()
    return "" if cleaned in _ERRORS else cleaned
