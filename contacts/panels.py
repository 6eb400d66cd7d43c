"""Where interactions are logged, the people of a client on its page, the employers of a contact on its own."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.composing import composing_panel, may_compose
from contacts.models import Contact
from contacts.panel_rows import colleagues_on_card, employers_seen_by, former_colleagues_at
from crm.access.models import Record
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.pages.reading import permissions_on
from crm.panels.registry import Panel, register

_SHOWN = 25


def people_of(client: Client, reader: Any) -> dict[str, Any]:
    """Who works and worked there, among the contacts in the reader's sight; 25 of each at most."""
    people = colleagues_on_card(client, reader)
    former = former_colleagues_at(client, reader, limit=_SHOWN + 1)
    return {
        "people": people[:_SHOWN],
        "former": former[:_SHOWN],
        "has_more_people": len(people) > _SHOWN,
        "has_more_former": len(former) > _SHOWN,
        "may_view": may(reader, Action.VIEW, Contact),
        "may_add": may(reader, Action.ADD, Contact) and "employments" not in locked_fields(reader, Contact),
    }


def employers_of(contact: Contact, reader: Any) -> dict[str, Any]:
    """Where the person works and worked; clients out of the reader's sight are not named."""
    employers = employers_seen_by(reader, contact, limit=_SHOWN + 1)
    shown = employers[:_SHOWN]
    may_change = permissions_on(contact, reader).can_change and not contact.is_deleted
    return {
        "current": [employer for employer in shown if employer.employment.is_current],
        "former": [employer for employer in shown if not employer.employment.is_current],
        "has_more": len(employers) > _SHOWN,
        "may_change_employer": may_change and "employments" not in locked_fields(reader, Contact),
    }


def _sees_employments(record: Any, reader: Any) -> bool:
    return "employments" not in hidden_fields(reader, Contact)


register(
    Panel(
        key="log",
        title=_("Log an interaction"),
        model=Record,
        order=1,
        template="interactions/_log.html",
        context=composing_panel,
        is_shown=may_compose,
    )
)
register(
    Panel(
        key="people",
        title=_("People"),
        model=Client,
        order=10,
        is_aside=True,
        template="clients/_people_panel.jinja",
        context=people_of,
        is_shown=_sees_employments,
    )
)
register(
    Panel(
        key="employers",
        title=_("Employers"),
        model=Contact,
        order=10,
        is_aside=True,
        template="contacts/_employers_panel.jinja",
        context=employers_of,
        is_shown=_sees_employments,
    )
)
