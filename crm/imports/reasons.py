"""The column that a workbook of failed rows carries at its end, known again in every language of the product."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.imports.cells import header_key

REASON_HEADER = _("What is wrong")


def is_reason_header(text: str) -> bool:
    return header_key(text) in _keys()


@cache
def _keys() -> frozenset[str]:
    keys = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            keys.add(header_key(str(REASON_HEADER)))
    return frozenset(keys)
