"""Reads over contacts and their clients, within the reader's sight."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from clients.models import Client
from contacts.models import Contact, Employment
from crm.access.rights import hidden_fields


def employments_seen_by(user: Any, contacts: Iterable[Contact]) -> dict[UUID, list[Employment]]:
    """The employments of these contacts, in their order; `is_seen` on each says whether the client may be named.

    One query. Empty when the reader must not see employments.
    """
    if "employments" in hidden_fields(user, Contact):
        return {}
    seen = Client.objects.visible_to(user).filter(pk=OuterRef("client_id"))
    found: dict[UUID, list[Employment]] = {}
    rows = Employment.objects.filter(contact__in=[contact.pk for contact in contacts]).select_related("client")
    for row in rows.annotate(is_seen=Exists(seen)):
        found.setdefault(row.contact_id, []).append(row)
    return found


def present_employers(contacts: Sequence[Contact], user: Any) -> Mapping[UUID, Employment]:
    """The employment that a list shows of each contact: a present one, at a client in sight if there is one."""
    shown = {}
    for pk, employments in employments_seen_by(user, contacts).items():
        current = [row for row in employments if row.is_current]
        if current:
            shown[pk] = max(current, key=lambda row: row.is_seen)  # type: ignore[attr-defined]
    return shown


def people_counts(clients: Sequence[Client], user: Any) -> Mapping[UUID, int]:
    """How many people in the reader's sight work at each client now; none has no entry. One query."""
    ids = [client.pk for client in clients]
    is_current = Q(employments__until=None) | Q(employments__until__gte=timezone.localdate())
    people = Contact.objects.visible_to(user).filter(is_current, employments__client__in=ids)
    counted = people.order_by().values("employments__client").annotate(people=Count("pk", distinct=True))
    return dict(counted.values_list("employments__client", "people"))
