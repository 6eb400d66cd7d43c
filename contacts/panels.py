"""The people of a client on its page, and the employers of a contact on its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.panels.registry import Panel, register

_SHOWN = 25


@dataclass(frozen=True)
class Employer:
    """One employment as a reader sees it; `client` is None when he may not see that client."""

    employment: Employment
    client: Client | None


def people_of(client: Client, reader: Any) -> dict[str, Any]:
    """Who works and worked there, among the contacts in the reader's sight; 25 of each at most."""
    hidden = hidden_fields(reader, Contact)
    visible = Employment.objects.filter(client=client, contact__in=Contact.objects.visible_to(reader))
    is_current = Q(until=None) | Q(until__gte=timezone.localdate())
    still_here = Employment.objects.filter(is_current, client=client, contact=OuterRef("contact"))
    former = visible.exclude(is_current).exclude(Exists(still_here)).order_by("-until", "id")
    current = visible.filter(is_current).order_by("contact__name", "id")
    people = list(_with_ways(current, hidden)[: _SHOWN + 1])
    gone = list(former.select_related("contact")[: _SHOWN + 1])
    return {
        "people": people[:_SHOWN],
        "former": gone[:_SHOWN],
        "are_more": len(people) > _SHOWN or len(gone) > _SHOWN,
        "has_more_people": len(people) > _SHOWN,
        "has_more_former": len(gone) > _SHOWN,
        "sees_phones": "phones" not in hidden,
        "sees_emails": "emails" not in hidden,
        "may_view": may(reader, Action.VIEW, Contact),
        "may_add": may(reader, Action.ADD, Contact) and "employments" not in locked_fields(reader, Contact),
    }


def employers_of(contact: Contact, reader: Any) -> dict[str, Any]:
    """Where the person works and worked; clients out of the reader's sight are not named."""
    employments = list(contact.employments.all()[: _SHOWN + 1])
    visible = Client.objects.visible_to(reader).in_bulk({row.client_id for row in employments})
    employers = [Employer(row, visible.get(row.client_id)) for row in employments[:_SHOWN]]
    may_change = Action.CHANGE in allowed_actions(contact, reader) and not contact.is_deleted
    return {
        "current": [employer for employer in employers if employer.employment.is_current],
        "former": [employer for employer in employers if not employer.employment.is_current],
        "has_more": len(employments) > _SHOWN,
        "may_change_employer": may_change and "employments" not in locked_fields(reader, Contact),
    }


def _with_ways(employments: QuerySet[Employment], hidden: Iterable[str]) -> QuerySet[Employment]:
    """With each contact's phones and e-mails, the primary one first."""
    ways: dict[str, Any] = {"phones": ContactPhone, "emails": ContactEmail}
    for name, model in ways.items():
        if name not in hidden:
            rows = model.objects.order_by("-is_primary", "position", "id")
            employments = employments.prefetch_related(Prefetch(f"contact__{name}", queryset=rows))
    return employments.select_related("contact")


def _sees_employments(record: Any, reader: Any) -> bool:
    return "employments" not in hidden_fields(reader, Contact)


register(
    Panel(
        key="people",
        title=_("People"),
        model=Client,
        order=10,
        template="clients/_people_panel.html",
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
        template="contacts/_employers_panel.html",
        context=employers_of,
        is_shown=_sees_employments,
    )
)
