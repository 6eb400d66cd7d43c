"""Which currencies there are, how they are called, and what the company counts in."""

from collections.abc import Callable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_name, list_currencies
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Choices = list[tuple[str, str]]
_sources: list[Callable[[], str]] = []


def register_base_currency(source: Callable[[], str]) -> None:
    """Called once at start-up by the app that knows the company: `source()` is the code that it counts in."""
    _sources[:] = [source]


def base_currency() -> str:
    """The currency of the company; a query."""
    if not _sources:
        raise ImproperlyConfigured("No app registered the currency of the company.")
    return _sources[0]()


def validate_currency(code: str) -> None:
    """Codes of ISO 4217, those of former currencies too: a file may be old."""
    if code not in _known_currencies():
        raise ValidationError(_("“%(code)s” is no currency."), params={"code": code})


def currency_choices() -> Choices:
    """Currencies that some country pays with today, by name in the active language."""
    return _currencies(get_language() or "en")


def currency_name(code: str) -> str:
    return dict(currency_choices()).get(code, code)


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=1)
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=8)
def _currencies(language: str) -> Choices:
    locale = locale_of(language)
    codes = {
        code
        for periods in get_global("territory_currencies").values()
        for code, _starts, ends, is_tender in periods
        if ends is None and is_tender
    }
    names = sorted((get_currency_name(code, locale=locale), code) for code in codes)
    return [(code, f"{name} ({code})") for name, code in names]
