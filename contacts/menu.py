"""Contacts in the navigation; contacts and interactions in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from contacts.rights import may_log
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
    MenuEntry(
        key="activity",
        label=_("What happened"),
        url_name="activity:page",
        icon="history",
        order=40,
        shortcut="w",
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
register(
    NewEntry(
        key="interaction",
        label=_("Interaction"),
        title=_("Log an interaction"),
        hint=_("A call, a meeting, a message"),
        url_name="interactions:new",
        icon="message",
        order=30,
        shortcut="l",
        is_shown=may_log,
    )
)
