"""Amounts with their currency: which codes there are, and how an amount is written for the reader."""

from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_symbol, list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def validate_currency(code: str) -> None:
    """Codes of ISO 4217, those of former currencies too: a file may be old."""
    if code not in _known_currencies():
        raise ValidationError(_("“%(code)s” is no currency."), params={"code": code})


def money_text(amount: Decimal | None, currency: str) -> str:
    """ "$12,500" or "UAH 12,500", in the active language; without the fraction when there is none, empty for None."""
    if amount is None:
        return ""
    locale = _locale(get_language() or "en")
    pattern = locale.currency_formats["standard"].pattern
    if get_currency_symbol(currency, locale=locale)[-1:].isalpha():
        # Codes are set off from the digits; signs stand at them.
        pattern = pattern.replace("¤#", "¤\xa0#")
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


@lru_cache(maxsize=1)
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
