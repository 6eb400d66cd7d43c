"""Contacts go with the client where they work now."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from contacts.models import Employment
from crm.access.following import Following, register


def present_clients(contacts: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The client of each contact; of several the longest one, by its first day and then by its key."""
    rows = Employment.objects.current().filter(contact__in=contacts, client__deleted_at=None)
    ordered = rows.order_by("since", "id").values_list("contact_id", "client_id")
    found: dict[UUID, UUID] = {}
    for contact, client in ordered:
        found.setdefault(contact, client)
    return found


register(
    Following(
        follower="contacts.contact",
        leader="clients.client",
        label=_("People go to whoever gets the client where they work now."),
        leader_of=present_clients,
    )
)
