"""Deals and projects on the pages of clients and contacts, deals on those of projects; whom a deal offers as met."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.composing import offer_people, people_at
from contacts.models import Contact
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.panels.registry import Panel, register
from projects.models import Deal, Project
from projects.panel_rows import deals_of
from projects.project_panel_rows import deals_of_project, projects_of
from projects.selectors import people_seen_in

_SHOWN = 10


def deals_of_client(client: Client, reader: Any) -> dict[str, Any]:
    """The deals in the reader's sight, open ones first, ten at most, and the sums of all that are open."""
    return {
        **deals_of(reader, "client", client.pk, limit=_SHOWN),
        "new_query": f"?client={client.pk}",
        "all_query": f"?client={client.pk}",
        "may_add": may(reader, Action.ADD, Deal) and "client" not in locked_fields(reader, Deal),
    }


def deals_of_contact(contact: Contact, reader: Any) -> dict[str, Any]:
    """The deals in the reader's sight that the contact has a part in; as `deals_of_client`."""
    return {
        **deals_of(reader, "contacts", contact.pk, limit=_SHOWN),
        "new_query": f"?contact={contact.pk}",
        "may_add": may(reader, Action.ADD, Deal) and "contacts" not in locked_fields(reader, Deal),
    }


def people_near(deal: Deal, reader: Any) -> list[Contact]:
    """The people of the deal, then those of its client, as far as the reader sees them; at three queries."""
    hidden = hidden_fields(reader, Deal)
    rows = people_seen_in([deal], reader).get(deal.pk, []) if "contacts" not in hidden else []
    people = [row.contact for row in rows]
    if deal.client_id and "client" not in hidden:
        client = Client.objects.visible_to(reader).filter(pk=deal.client_id).first()
        people += people_at(client, reader) if client else []
    return list({one.pk: one for one in people}.values())


def _sees(field: str) -> Any:
    """Whether the reader may know which deals belong here."""
    return lambda _record, reader: may(reader, Action.VIEW, Deal) and field not in hidden_fields(reader, Deal)


for _model, _field, _context in ((Client, "client", deals_of_client), (Contact, "contacts", deals_of_contact)):
    register(
        Panel(
            key=f"deals_of_{_model._meta.model_name}",
            title=_("Deals"),
            model=_model,
            order=20,
            is_aside=True,
            template="deals/_panel.jinja",
            context=_context,
            is_shown=_sees(_field),
        )
    )
offer_people(Deal, people_near)


def projects_of_client(client: Client, reader: Any) -> dict[str, Any]:
    """The projects in the reader's sight, open ones first, ten at most."""
    return {
        **projects_of(reader, "client", client.pk, limit=_SHOWN),
        "new_query": f"?client={client.pk}",
        "all_query": f"?client={client.pk}",
        "may_add": may(reader, Action.ADD, Project) and "client" not in locked_fields(reader, Project),
    }


def projects_of_contact(contact: Contact, reader: Any) -> dict[str, Any]:
    """The projects in the reader's sight that the contact has a part in."""
    return projects_of(reader, "contacts", contact.pk, limit=_SHOWN)


def _sees_of_projects(field: str) -> Any:
    """Whether the reader may know which projects belong here; by his place on a team he may see some too."""
    return lambda _record, reader: may(reader, Action.VIEW, Project) and field not in hidden_fields(reader, Project)


def _sees_deals(_project: Project, reader: Any) -> bool:
    return may(reader, Action.VIEW, Deal) and "project" not in hidden_fields(reader, Deal)


for _model, _field, _context in ((Client, "client", projects_of_client), (Contact, "contacts", projects_of_contact)):
    register(
        Panel(
            key=f"projects_of_{_model._meta.model_name}",
            title=_("Projects"),
            model=_model,
            order=25,
            is_aside=True,
            template="projects/_panel.jinja",
            context=_context,
            is_shown=_sees_of_projects(_field),
        )
    )
register(
    Panel(
        key="deals_of_project",
        title=_("Deals"),
        model=Project,
        order=20,
        is_aside=True,
        template="projects/_deals_panel.jinja",
        context=deals_of_project,
        is_shown=_sees_deals,
    )
)
