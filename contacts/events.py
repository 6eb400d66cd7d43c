"""Interactions on timelines; and on the timeline of a client those of its people, for the time they worked there."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact, Interaction
from contacts.rights import may_touch
from contacts.services.interactions import EVENT
from crm.access.conditions import reach_sql
from crm.access.querysets import Condition
from crm.access.rights import Action, hidden_fields
from crm.pages.rows import columns_of, instances_of, rows_of_query
from crm.timeline.registry import NOBODY, Event, Kind, Members, register, register_kind, register_members
from teams.models import Company

# Days begin at midnight of the company's time zone, the same for every reader.
_ZONE = Company(pk=1).time_zone
_MEMBERS = """
    SELECT contacts_contact.id,
        COALESCE(work.since::timestamp AT TIME ZONE company.time_zone, '-infinity'),
        COALESCE((work.until + 1)::timestamp AT TIME ZONE company.time_zone, 'infinity')
    FROM contacts_employment work JOIN contacts_contact ON contacts_contact.id = work.contact_id
    CROSS JOIN (SELECT COALESCE((SELECT time_zone FROM teams_company WHERE id = 1), %s) AS time_zone) company
    WHERE work.client_id = %s AND contacts_contact.deleted_at IS NULL AND {reach}
"""
_PERSON = columns_of(Contact, "id", "name")
# Of a contact out of sight nothing comes. Only names of columns and the condition of `reach_sql` are put into the text.
_PARTICIPANTS = f"""
    SELECT part.interaction_id, {", ".join(f"contacts_contact.{name}" for name in _PERSON)}
    FROM contacts_interactionparticipant part
    LEFT JOIN contacts_contact ON contacts_contact.id = part.contact_id
        AND contacts_contact.deleted_at IS NULL AND {{reach}}
    WHERE part.interaction_id = ANY(%s) ORDER BY part.position, part.id
"""  # noqa: S608


def people_of_client(client: Client, reader: Any) -> Condition:
    """Former ones too; nobody for a reader who must not know who works where."""
    if "employments" in hidden_fields(reader, Contact):
        return NOBODY
    reach, values = reach_sql(Contact, reader, Action.VIEW)
    return _MEMBERS.format(reach=reach), (_ZONE, client.pk, *values)


def tell_interactions(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """What the line of an interaction needs, at two queries. Participants out of the reader's sight are counted."""
    keys = [entry.source_id for entry in entries]
    found = Interaction.objects.filter(deleted_at=None).in_bulk(keys)
    people, unseen = _participants(keys, reader)
    told = {}
    for entry in entries:
        interaction = found.get(entry.source_id)
        if interaction is None:
            continue
        told[entry.pk] = {
            "interaction": interaction,
            "people": people.get(interaction.pk, []),
            "unseen": unseen.get(interaction.pk, 0),
            "may_change": may_touch(reader, interaction, Action.CHANGE),
            "may_delete": may_touch(reader, interaction, Action.DELETE),
        }
    return told


def _participants(keys: Sequence[Any], reader: Any) -> tuple[dict[Any, list[Contact]], dict[Any, int]]:
    """Of each interaction the contacts in sight, and how many more there are."""
    reach, values = reach_sql(Contact, reader, Action.VIEW)
    people: dict[Any, list[Contact]] = {}
    unseen: dict[Any, int] = {}
    for interaction_id, *contact in rows_of_query(_PARTICIPANTS.format(reach=reach), (*values, list(keys))):
        (seen,) = instances_of(tuple(contact), [(Contact, _PERSON)])
        if seen is not None:
            people.setdefault(interaction_id, []).append(seen)
        else:
            unseen[interaction_id] = unseen.get(interaction_id, 0) + 1
    return people, unseen


register_kind(Kind(key="call", label=_("Calls"), icon="phone", tint="green", order=10))
register_kind(Kind(key="meeting", label=_("Meetings"), icon="users", tint="violet", order=20))
register_kind(Kind(key="email", label=_("E-mails"), icon="mail", tint="blue", order=30))
register_kind(Kind(key="message", label=_("Messages"), icon="message", tint="teal", order=40))
register_kind(Kind(key="note", label=_("Notes"), icon="notes", tint="amber", order=50))
register(Event(key=EVENT, kind="note", load=tell_interactions, template="interactions/_entry.jinja"))
register_members(Members(model=Client, sql=people_of_client))
