"""Deals in the navigation and in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, NewEntry, register
from projects.models import Deal


def _may_view(user: Any) -> bool:
    return may(user, Action.VIEW, Deal)


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Deal)


register(
    MenuEntry(
        key="deals",
        label=_("Deals"),
        url_name="deals:list",
        icon="businessplan",
        order=30,
        shortcut="d",
        is_shown=_may_view,
    )
)
register(
    NewEntry(
        key="deal",
        label=_("Deal"),
        title=_("Add a deal"),
        hint=_("What a client may buy"),
        url_name="deals:new",
        icon="businessplan",
        order=25,
        is_shown=_may_add,
    )
)
