"""How an amount is written for the reader, and rounded to what its currency pays with."""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol
from django.utils.translation import get_language

from crm.money.currencies import locale_of

#: Amounts are stored with two decimals, also of the few currencies that pay with three.
MOST_DECIMALS = 2
# Products of the longest quantities and prices have more digits than Python's own context keeps.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def money_text(amount: Decimal | None, currency: str) -> str:
    """ "$12,500" or "UAH 12,500", in the active language; without the fraction when there is none, empty for None."""
    if amount is None:
        return ""
    locale = locale_of(get_language() or "en")
    pattern = locale.currency_formats["standard"].pattern
    if get_currency_symbol(currency, locale=locale)[-1:].isalpha():
        # Codes are set off from the digits; signs stand at them.
        pattern = pattern.replace("¤#", "¤\xa0#")
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


def decimal_text(value: Decimal) -> str:
    """A number in the active language, without zeros at its end: "1,250.5"."""
    return format_decimal(value, "#,##0.########", locale=locale_of(get_language() or "en"))


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros at its end, and without an exponent: 2 for 2.000, 10 for 10.00."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency, halves away from zero: 0.125 of USD is 0.13, 2.5 of JPY is 3."""
    return amount.quantize(_minor_unit(currency), context=EXACT)


@lru_cache(maxsize=400)
def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-min(get_currency_precision(currency), MOST_DECIMALS))
