"""Interactions on timelines; and on the timeline of a client those of its people, for the time they worked there."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact, Interaction, InteractionParticipant
from contacts.rights import may_touch
from contacts.services.interactions import EVENT
from crm.access.conditions import reach_sql
from crm.access.querysets import Condition
from crm.access.rights import Action, hidden_fields
from crm.timeline.registry import Event, Kind, Members, register, register_kind, register_members

# Days begin at midnight of the company's time zone, the same for every reader.
_MEMBERS = """
    SELECT contacts_contact.id,
        COALESCE(work.since::timestamp AT TIME ZONE %s, '-infinity'),
        COALESCE((work.until + 1)::timestamp AT TIME ZONE %s, 'infinity')
    FROM contacts_employment work JOIN contacts_contact ON contacts_contact.id = work.contact_id
    WHERE work.client_id = %s AND contacts_contact.deleted_at IS NULL AND {reach}
"""
_NOBODY = "SELECT NULL::uuid, '-infinity'::timestamptz, 'infinity'::timestamptz WHERE FALSE", ()


def people_of_client(client: Client, reader: Any) -> Condition:
    """Former ones too; nobody for a reader who must not know who works where."""
    if "employments" in hidden_fields(reader, Contact):
        return _NOBODY
    reach, values = reach_sql(Contact, reader, Action.VIEW)
    return _MEMBERS.format(reach=reach), (settings.TIME_ZONE, settings.TIME_ZONE, client.pk, *values)


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
    seen = Contact.objects.visible_to(reader).filter(pk=OuterRef("contact_id"))
    rows = InteractionParticipant.objects.filter(interaction__in=keys).annotate(is_seen=Exists(seen))
    people: dict[Any, list[Contact]] = {}
    unseen: dict[Any, int] = {}
    for row in rows.select_related("contact"):
        if row.is_seen:
            people.setdefault(row.interaction_id, []).append(row.contact)
        else:
            unseen[row.interaction_id] = unseen.get(row.interaction_id, 0) + 1
    return people, unseen


register_kind(Kind(key="call", label=_("Calls"), icon="phone", tint="green", order=10))
register_kind(Kind(key="meeting", label=_("Meetings"), icon="users", tint="violet", order=20))
register_kind(Kind(key="email", label=_("E-mails"), icon="mail", tint="blue", order=30))
register_kind(Kind(key="message", label=_("Messages"), icon="message", tint="teal", order=40))
register_kind(Kind(key="note", label=_("Notes"), icon="notes", tint="amber", order=50))
register(Event(key=EVENT, kind="note", load=tell_interactions, template="interactions/_entry.jinja"))
register_members(Members(model=Client, sql=people_of_client))
