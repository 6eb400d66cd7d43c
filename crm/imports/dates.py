"""Dates as people and programs write them, and which of 03/04/2020 is the day."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from dateutil import parser as dates

# Excel takes 1900 for a leap year, so its count begins a day early.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = re.compile(r"(\d{4,5})(?:\.\d+)?")
_TWO_NUMBERS_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})(?!\d)")
_LONGEST = 40
_MONTHS = (
    ("янв", "январь", "января", "січ", "січень", "січня"),
    ("фев", "февр", "февраль", "февраля", "лют", "лютий", "лютого"),
    ("мар", "март", "марта", "бер", "березень", "березня"),
    ("апр", "апрель", "апреля", "кві", "квіт", "квітень", "квітня"),
    ("май", "мая", "тра", "трав", "травень", "травня"),
    ("июн", "июнь", "июня", "чер", "черв", "червень", "червня"),
    ("июл", "июль", "июля", "лип", "липень", "липня"),
    ("авг", "август", "августа", "сер", "серп", "серпень", "серпня"),
    ("сен", "сент", "сентябрь", "сентября", "вер", "вересень", "вересня"),
    ("окт", "октябрь", "октября", "жов", "жовт", "жовтень", "жовтня"),
    ("ноя", "нояб", "ноябрь", "ноября", "лис", "лист", "листопад", "листопада"),
    ("дек", "декабрь", "декабря", "гру", "груд", "грудень", "грудня"),
)


class DateOrder(StrEnum):
    """What the dates of a column tell about themselves."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"
    EITHER = "either"
    MIXED = "mixed"


class _Names(dates.parserinfo):
    JUMP = [*dates.parserinfo.JUMP, "г", "года", "р", "року", "рік", "год"]
    MONTHS = [(*english, *local) for english, local in zip(dates.parserinfo.MONTHS, _MONTHS, strict=True)]


_PARSER = dates.parser(_Names())
# Two readings that differ in every part show what the text itself did not say.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001 dates alone have no zone


def read_date(text: str, *, is_month_first: bool = False) -> date | None:
    """ISO, "31.12.2020", "12/31/2020", words ("31 декабря 2020 г."), or Excel's number of a day; None when it is no
    whole date."""
    number = _EXCEL_DAYS.fullmatch(text)
    if number and 4000 < int(number.group(1)) < 80_000:
        return _EXCEL_EPOCH + timedelta(days=int(number.group(1)))
    if len(text) > _LONGEST or text.isdigit() or not any(character.isdigit() for character in text):
        return None
    is_day_first = not is_month_first and not re.match(r"\d{4}", text)
    try:
        found = {_PARSER.parse(text, default=default, dayfirst=is_day_first).date() for default in _DEFAULTS}
    except (ValueError, OverflowError, TypeError):
        return None
    return found.pop() if len(found) == 1 else None


def date_order(texts: Iterable[str]) -> DateOrder | None:
    """None when there is no date that could be read in two ways."""
    pairs = [(int(found.group(1)), int(found.group(2))) for text in texts if (found := _TWO_NUMBERS_FIRST.match(text))]
    day_first = any(first > 12 >= second for first, second in pairs)
    month_first = any(second > 12 >= first for first, second in pairs)
    if day_first and month_first:
        return DateOrder.MIXED
    if day_first or month_first:
        return DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST
    return DateOrder.EITHER if any(first != second for first, second in pairs) else None
