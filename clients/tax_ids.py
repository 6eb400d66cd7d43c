"""Checks tax ids by the rules of their country, as python-stdnum knows them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as InvalidNumber

# The numbers by which a country knows a business or a person, in the order of trial; for the others "vat", "tin".
_KINDS = {
    "UA": ("edrpou", "rntrc"),
    "RU": ("inn",),
    "US": ("ein", "tin"),
    "GB": ("vat", "utr"),
    "PL": ("nip", "regon"),
    "DE": ("vat", "stnr"),
    "KZ": (),
}


def check_tax_id(typed: str, country: str) -> str:
    """The tax id in its compact form; as typed where nothing is known about the country.

    Raises ValidationError when the country's rules are known and none of its numbers fits.
    """
    bare = typed.strip()
    checkers = [module for kind in _KINDS.get(country, ("vat", "tin")) if (module := _checker(country, kind))]
    if not checkers:
        return bare
    for checker in checkers:
        try:
            return str(checker.validate(bare))
        except InvalidNumber:
            continue
    raise ValidationError(_("“%(number)s” is not a valid tax id of this country."), params={"number": bare})


def _checker(country: str, kind: str) -> Any:
    return get_cc_module(country.lower(), kind) if country else None
