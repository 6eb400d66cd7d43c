"""The ways to look at deals: a list, a board, a calendar, a forecast; the same filters hold for all of them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.listing.chips import address_with
from crm.ui.addresses import address_of
from projects.models import Deal

#: What only one of the pages knows.
_OF_ONE_PAGE = ("page", "column", "month", "by")


@dataclass(frozen=True)
class View:
    """`ruled` is the field without which there is nothing to show."""

    name: str
    label: str | Promise
    icon: str
    ruled: str = ""


VIEWS = (
    View("list", _("List"), "list"),
    View("board", _("Board"), "layout-kanban", ruled="stage"),
)


def view_links(request: HttpRequest, present: str) -> list[tuple[View, str, bool]]:
    """(view, address, whether it is the present one) of those that the reader may have."""
    parameters = request.GET.copy()
    for name in _OF_ONE_PAGE:
        parameters.pop(name, None)
    query = address_with(parameters) if parameters else ""
    hidden: Any = hidden_fields(request.user, Deal)
    return [
        (view, address_of(f"deals:{view.name}") + query, view.name == present)
        for view in VIEWS
        if view.ruled not in hidden
    ]
