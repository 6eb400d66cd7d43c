"""What the ways to look at tasks have in common: the filters of the list hold for all of them."""

from typing import Any, ClassVar

from django.http import HttpRequest

from crm.listing.columns import Listing
from crm.listing.pages import ListPage
from crm.ui.addresses import address_of
from tasks.models import Task
from tasks.switch import OF_ONE_PAGE


class TasksPage(ListPage):
    """The tasks of a list's filters, shown in another way. `own` are the parameters that choose what is shown."""

    own: ClassVar[tuple[str, ...]] = ()

    def __init__(self, request: HttpRequest, listing: Listing) -> None:
        super().__init__(request, listing, Task.objects.all())
        self.sees_due = "due_on" not in self.hidden
        self.sees_status = "status" not in self.hidden

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
        without: dict[str, Any] = {name: [] for name in OF_ONE_PAGE}
        return address_of("tasks:list") + self.address(**{**without, **filters})
