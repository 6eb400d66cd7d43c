"""What makes a deal stand out, on every surface that shows deals: icons in a colour, and a sentence for each.

Apps that know more about deals register a source of their own; nothing here knows of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access.rights import hidden_fields
from projects.models import Deal


@dataclass(frozen=True)
class Mark:
    """`label` says what is the matter, `title` says more of it; `icon` is of the sprite, `tint` as of badges."""

    icon: str
    tint: str
    label: str
    title: str = ""


#: Gives the marks of these deals of the reader's by their keys, of what he may see, in a fixed number of queries.
Source = Callable[[Sequence[Deal], Any], Mapping[UUID, Sequence[Mark]]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once at start-up; a source that is there already is not added again."""
    if source not in _sources:
        _sources.append(source)


def marks_of(deals: Sequence[Deal], reader: Any) -> dict[UUID, list[Mark]]:
    """The marks of deals in the reader's sight; deals without any are not among them."""
    found: dict[UUID, list[Mark]] = {}
    for source in _sources if deals else ():
        for key, marks in source(deals, reader).items():
            found.setdefault(key, []).extend(marks)
    return found


@dataclass(frozen=True)
class Marker:
    """The marks as one reader of a page sees them, for its template."""

    reader: Any

    def of(self, deals: Sequence[Deal]) -> dict[UUID, list[Mark]]:
        return marks_of(deals, self.reader)

    def of_rows(self, rows: Sequence[Any]) -> dict[UUID, list[Mark]]:
        """`rows` are those of a list of deals."""
        return marks_of([row.record for row in rows], self.reader)


def late_marks(deals: Sequence[Deal], reader: Any) -> Mapping[UUID, Sequence[Mark]]:
    """Those that stay too long in their stage, and those that should be closed by now; no query."""
    hidden = hidden_fields(reader, Deal)
    if "stage" in hidden:
        return {}
    sees_close = "expected_close" not in hidden
    return {deal.pk: marks for deal in deals if (marks := _late(deal, sees_close))}


def _late(deal: Deal, sees_close: bool) -> list[Mark]:
    marks = []
    if deal.is_over_limit:
        days = deal.stage.days or 0
        title = ngettext("Longer in this stage than %(days)s day", "Longer in this stage than %(days)s days", days)
        marks.append(Mark("clock", "amber", _("Over the time limit of its stage"), title % {"days": days}))
    if sees_close and deal.is_past_close:
        marks.append(Mark("calendar-due", "red", _("The expected close has passed")))
    return marks


register(late_marks)
