"""Contacts in the navigation and in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, NewEntry, register


def _may_view(user: Any) -> bool:
    return may(user, Action.VIEW, Contact)


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Contact)


register(
    MenuEntry(
        key="contacts",
        label=_("Contacts"),
        url_name="contacts:list",
        icon="users",
        order=20,
        shortcut="p",
        is_shown=_may_view,
    )
)
register(
    NewEntry(
        key="contact",
        label=_("Contact"),
        title=_("Add a contact"),
        hint=_("A person you talk to"),
        url_name="contacts:new",
        icon="users",
        order=20,
        is_shown=_may_add,
    )
)
