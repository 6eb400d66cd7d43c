"""Clients in the navigation and in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, NewEntry, register


def _may_view(user: Any) -> bool:
    return may(user, Action.VIEW, Client)


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Client)


register(
    MenuEntry(
        key="clients",
        label=_("Clients"),
        url_name="clients:list",
        icon="building",
        order=10,
        shortcut="c",
        is_shown=_may_view,
    )
)
register(
    NewEntry(
        key="client",
        label=_("Client"),
        title=_("Add a client"),
        hint=_("A company or a private person"),
        url_name="clients:new",
        icon="building",
        order=10,
        is_shown=_may_add,
    )
)
