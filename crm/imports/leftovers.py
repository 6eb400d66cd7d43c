"""Rows under a header that are none of the table, in words for the importer."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.imports.body import LeftOut

_WORDS: dict[str, Promise] = {
    LeftOut.SECTION: _("title between the rows"),
    LeftOut.NUMBERING: _("numbers of the columns"),
    LeftOut.HEADER: _("the header again"),
    LeftOut.TOTAL: _("total"),
    LeftOut.FOOTER: _("remark below the table"),
}


@dataclass(frozen=True)
class LeftOutRow:
    row: int
    kind: str
    text: str

    @property
    def words(self) -> Promise | str:
        return _WORDS.get(self.kind, "")
