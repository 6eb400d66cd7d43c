"""The ways to look at deals: a list, a board, a calendar, a forecast; the same filters hold for all of them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.listing.chips import address_with
from crm.listing.columns import Listing
from crm.listing.pages import ListPage
from crm.ui.addresses import address_of
from projects.models import Deal

#: What only one of the pages knows.
_OF_ONE_PAGE = ("page", "column", "month", "by")


@dataclass(frozen=True)
class View:
    """`ruled` are the fields without which there is nothing to show."""

    name: str
    label: str | Promise
    icon: str
    ruled: tuple[str, ...] = ()


VIEWS = (
    View("list", _("List"), "list"),
    View("board", _("Board"), "layout-kanban", ruled=("stage",)),
    View("calendar", _("Calendar"), "calendar", ruled=("expected_close",)),
    View("forecast", _("Forecast"), "chart-bar", ruled=("stage", "expected_close")),
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
        if hidden.isdisjoint(view.ruled)
    ]


def require_view(request: HttpRequest, name: str) -> None:
    """Raises PermissionDenied where there is nothing that the reader may see."""
    (view,) = (each for each in VIEWS if each.name == name)
    if not hidden_fields(request.user, Deal).isdisjoint(view.ruled):
        raise PermissionDenied


class DealsPage(ListPage):
    """The deals of a list's filters, shown in another way. `own` are the parameters that choose what is shown."""

    own: ClassVar[tuple[str, ...]] = ()

    def __init__(self, request: HttpRequest, listing: Listing) -> None:
        super().__init__(request, listing, Deal.objects.all())
        self.sees_amount = self.hidden.isdisjoint({"amount", "currency"})

    @property
    def query(self) -> str:
        """With which an address leads back here."""
        return self.address() if self.parameters else ""

    @property
    def reset_url(self) -> str:
        names = {*self.kept, *self.own} & set(self.parameters)
        return self.address(**{name: [] for name in set(self.parameters) - names})

    def list_url(self, **filters: Any) -> str:
        """The list of the same filters, and these."""
        without: dict[str, Any] = {name: [] for name in _OF_ONE_PAGE}
        return address_of("deals:list") + self.address(**{**without, **filters})
