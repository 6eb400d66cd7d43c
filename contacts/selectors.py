"""Reads over contacts and their clients, within the reader's sight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from clients.models import Client
from contacts.models import Contact, Employment, Interaction
from crm.access.conditions import reach_sql
from crm.access.rights import Action, hidden_fields
from crm.access.sight import seen_records
from crm.history.plain import PlainPage, plain_page
from crm.ui.addresses import address_of

# Lists ask these for every page, and Django takes longer to write such a query than PostgreSQL to answer it.
# The present employments at a client in sight come first, then in the order of the model.
_PRESENT_EMPLOYERS = """
SELECT DISTINCT ON (contact_id) contact_id, job_title, client_id, CASE WHEN is_seen THEN name ELSE '' END
FROM (
    SELECT
        employment.*,
        clients_client.name,
        clients_client.deleted_at IS NULL AND {reach} AS is_seen
    FROM contacts_employment AS employment
    INNER JOIN clients_client ON clients_client.id = employment.client_id
    WHERE employment.contact_id = ANY(%s) AND (employment.until IS NULL OR employment.until >= %s)
) AS present
ORDER BY contact_id, is_seen DESC, until DESC NULLS FIRST, since DESC NULLS LAST, id
"""
_PEOPLE_COUNTS = """
SELECT employment.client_id, COUNT(DISTINCT employment.contact_id)
FROM contacts_employment AS employment
INNER JOIN contacts_contact ON contacts_contact.id = employment.contact_id
WHERE
    employment.client_id = ANY(%s)
    AND (employment.until IS NULL OR employment.until >= %s)
    AND contacts_contact.deleted_at IS NULL
    AND {reach}
GROUP BY employment.client_id
"""


@dataclass(frozen=True)
class PresentEmployer:
    """Where a person works now; name and address are empty of a client out of the reader's sight."""

    job_title: str
    client_name: str = ""
    client_url: str = ""


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


def present_employers(contacts: Sequence[Contact], user: Any) -> Mapping[UUID, PresentEmployer]:
    """The employment that a list shows of each contact: a present one, at a client in sight if there is one.

    One query. Empty when the reader must not see employments.
    """
    if "employments" in hidden_fields(user, Contact):
        return {}
    reach, values = reach_sql(Client, user, Action.VIEW)
    ids = [contact.pk for contact in contacts]
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT_EMPLOYERS.format(reach=reach), (*values, ids, timezone.localdate()))
        rows = cursor.fetchall()
    return {
        contact_id: PresentEmployer(job_title, name, address_of("clients:detail", client_id) if name else "")
        for contact_id, job_title, client_id, name in rows
    }


def versions_of_interaction(interaction: Interaction, reader: Any, *, before: int | None = None) -> PlainPage:
    """Its versions since it was last about something out of the reader's sight: what it said then is not for him."""
    subjects = Interaction.history.filter(id=interaction.pk).order_by().values_list("subject_type", "subject_id")
    last = {(label, key): newest for label, key, newest in subjects.annotate(newest=Max("history_id"))}
    last.pop((interaction.subject_type, interaction.subject_id), None)
    seen = seen_records(reader, last)
    closed = [newest for subject, newest in last.items() if subject not in seen]
    return plain_page(Interaction, interaction.pk, reader, before=before, above=max(closed, default=None))


def people_counts(clients: Sequence[Client], user: Any) -> Mapping[UUID, int]:
    """How many people in the reader's sight work at each client now; none has no entry. One query."""
    reach, values = reach_sql(Contact, user, Action.VIEW)
    ids = [client.pk for client in clients]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_COUNTS.format(reach=reach), (ids, timezone.localdate(), *values))
        return dict(cursor.fetchall())
