"""The ways to look at tasks: my day, a list, a board, a calendar."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.listing.chips import address_with
from crm.listing.pages import MANNERS
from crm.ui.addresses import address_or_none
from tasks.models import Task

#: What only one of the pages knows.
OF_ONE_PAGE = (*MANNERS, "column", "month", "person", "board", "everybody")


@dataclass(frozen=True)
class View:
    """`ruled` are the fields without which there is nothing to show; `is_filtered`: the filters hold there."""

    name: str
    label: str | Promise
    icon: str
    ruled: tuple[str, ...] = ()
    is_filtered: bool = True


VIEWS = (
    View("day", _("My day"), "sun", ruled=("owner", "status"), is_filtered=False),
    View("list", _("List"), "list"),
    View("board", _("Board"), "layout-kanban", ruled=("status",)),
    View("calendar", _("Calendar"), "calendar", ruled=("due_on",)),
)


def view_links(request: HttpRequest, present: str) -> list[tuple[View, str, bool]]:
    """(view, address, whether it is the present one) of those that the reader may have."""
    parameters = request.GET.copy()
    for name in OF_ONE_PAGE:
        parameters.pop(name, None)
    query = address_with(parameters) if parameters and present != "day" else ""
    hidden: Any = hidden_fields(request.user, Task)
    return [
        (view, address + (query if view.is_filtered else ""), view.name == present)
        for view in VIEWS
        if hidden.isdisjoint(view.ruled) and (address := address_or_none(f"tasks:{view.name}"))
    ]


def require_view(request: HttpRequest, name: str) -> None:
    """Raises PermissionDenied where there is nothing that the reader may see."""
    (view,) = (each for each in VIEWS if each.name == name)
    if not hidden_fields(request.user, Task).isdisjoint(view.ruled):
        raise PermissionDenied
