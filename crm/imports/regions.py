"""Which country's numbers a file holds: a suggestion for the importer, who decides."""

from collections import Counter
from collections.abc import Sequence

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# Where the product is used first; a tie goes to the earlier one.
_CANDIDATES = (
    "UA",
    "RU",
    "BY",
    "KZ",
    "PL",
    "DE",
    "GB",
    "US",
    "FR",
    "IT",
    "ES",
    "CZ",
    "LT",
    "LV",
    "EE",
    "MD",
    "GE",
    "TR",
)
# Numbers of many lengths are valid in Germany and Italy, so those of others are too when they have a digit too many.
_LENIENT = {"DE": 0.6, "IT": 0.55}
_ENOUGH = 0.5
_SHORTEST_WITH_CODE = 9
_LOCAL_DIGITS = (5, 6, 7)


def suggest_region(phones: Sequence[str]) -> str:
    """The country in which most of the numbers with a code are valid; "" when no country fits half of them."""
    whole = [phone for phone in phones if _digits(phone) >= _SHORTEST_WITH_CODE][:300]
    shares = {region: _valid_count(whole, region) * _LENIENT.get(region, 1.0) for region in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda region: shares[region])
    return best if whole and shares[best] >= _ENOUGH * len(whole) else ""


def _valid_count(phones: Sequence[str], region: str) -> int:
    return sum(_valid(phone, region) is not None for phone in phones)


def suggest_area_code(phones: Sequence[str], region: str) -> str:
    """The commonest area code beside local numbers; "" when there are no local numbers."""
    if not region or not any(_digits(phone) in _LOCAL_DIGITS for phone in phones):
        return ""
    codes: Counter[str] = Counter()
    for phone in phones:
        number = _valid(phone, region)
        if number is None or phonenumbers.number_type(number) == PhoneNumberType.MOBILE:
            continue
        length = phonenumbers.length_of_geographical_area_code(number)
        if length:
            codes[str(number.national_number)[:length]] += 1
    return codes.most_common(1)[0][0] if codes else ""


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _valid(phone: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The number, when it is one of this country."""
    try:
        number = phonenumbers.parse(phone, region)
    except NumberParseException:
        return None
    is_ours = number.country_code == phonenumbers.country_code_for_region(region)
    return number if is_ours and phonenumbers.is_valid_number_for_region(number, region) else None
