"""Numbers as people write them: amounts with their currency, percents."""

import re
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import NumberFormatError, list_currencies, parse_decimal
from django.utils.translation import gettext as _

# One for each way to write a number: 1,234.50 and 1.234,50 and 1’234.50 and 12,34,567.50.
_LOCALES = ("en", "de", "de_CH", "en_IN")
_GROUPED_BY_GAPS = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_GAPS = re.compile(r"\s+")
_NUMBER = re.compile(r"\d(?:[\d.,’'\s]*\d)?")
_READ_IN_TWO_WAYS = re.compile(r"\d{1,3}\.\d{3}")
_SPELLINGS = {
    "EUR": ("€", "euro", "євро", "евро"),
    "GBP": ("£",),
    "JPY": ("¥",),
    "KZT": ("₸", "тг"),
    "PLN": ("zł", "zl"),
    "RUB": ("₽", "руб", "руб."),
    "UAH": ("₴", "грн", "грн."),
    "USD": ("$", "us$"),
}
_SIGNS = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in spellings}


class NotANumber(ValueError):
    """The message is a sentence for the user."""


class Amount(NamedTuple):
    """`currency` is a code of ISO 4217 as the sign beside the number tells it, "" where there is none."""

    number: Decimal
    currency: str


def read_amount(text: str) -> Amount:
    """Of "1 054,50 €", "$1,054", "(100)" (below zero) or "UAH 1054". Raises NotANumber."""
    bare = _GAPS.sub(" ", text).strip().replace("−", "-")
    is_negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()").strip()
    digits = _NUMBER.search(bare)
    if digits is None:
        raise NotANumber(_("This is not an amount."))
    before, after = bare[: digits.start()].strip(), bare[digits.end() :].strip()
    if before.endswith("-") or before.startswith("-"):
        is_negative, before = True, before.strip("- ")
    currency = _currency(before, after)
    number = read_decimal(digits.group())
    return Amount(-number if is_negative else number, currency)


def _currency(before: str, after: str) -> str:
    """Raises NotANumber for words that are no currency: "12 pcs", "1e30"."""
    if not before and not after:
        return ""
    sign = (before or after).casefold()
    code = _SIGNS.get(sign) or (sign.upper() if re.fullmatch("[a-z]{3}", sign) else "")
    if code not in list_currencies() or (before and after):
        raise NotANumber(_("This is not an amount."))
    return code


def read_decimal(text: str) -> Decimal:
    """Of digits with their separators, not below zero. Raises NotANumber where they can be read in two ways."""
    text = _GAPS.sub(" ", text).strip()
    if _GROUPED_BY_GAPS.fullmatch(text):
        text = text.replace(" ", "").replace(",", ".")
    elif _READ_IN_TWO_WAYS.fullmatch(text) and not text.startswith("0"):
        raise NotANumber(_("This number can be read in two ways: write it without a separator of thousands."))
    readings = {reading for locale in _LOCALES if (reading := _read(text, locale)) is not None}
    # What has more decimals than money has was read with the wrong separator, if there is another reading.
    likely = {reading for reading in readings if -int(reading.as_tuple().exponent) <= 2} or readings
    if len(likely) != 1:
        raise NotANumber(_("This is not a number."))
    return likely.pop()


def _read(text: str, locale: str) -> Decimal | None:
    try:
        number = parse_decimal(text.replace("'", "’"), locale=locale, strict=True)
    except (NumberFormatError, ValueError):
        return None
    return number if number.is_finite() else None


def read_percent(text: str) -> int:
    """Whole percent, 0 to 100, of "75", "75 %" or "75.5%". Raises NotANumber."""
    number = read_decimal(text.removesuffix("%").strip()) if text else Decimal(0)
    if number > 100:
        raise NotANumber(_("This is more than 100 percent."))
    return int(number)
