"""Countries as people write them."""

from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override
from django_countries import countries

from crm.imports.cells import header_key
from crm.imports.drafts import MappedRow, Note
from crm.imports.values import left_out

_SHORT_NAMES = {"usa": "US", "uk": "GB", "рф": "RU", "сша": "US", "england": "GB", "россия": "RU", "росія": "RU"}


def read_country(row: MappedRow) -> tuple[str, list[Note]]:
    """The ISO code of the row's country, "" when the row names none."""
    for value in row.all("country"):
        code = _codes().get(header_key(value.text), "")
        if code:
            return code, []
        return "", [left_out(row.number, value, _("This is not the name of a country."))]
    return "", []


@cache
def _codes() -> dict[str, str]:
    """Names in the languages of the product, two-letter and three-letter codes."""
    codes = {}
    for language in ("en", "ru", "uk"):
        with override(language):
            codes.update({header_key(str(name)): code for code, name in countries})
    codes.update({code.casefold(): code for code, _name in countries})
    codes.update({(countries.alpha3(code) or code).casefold(): code for code, _name in countries})
    return codes | _SHORT_NAMES
