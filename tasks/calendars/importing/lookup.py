"""What an importer has and sees already: tasks of the same events, contacts and colleagues by their e-mail."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from contacts.models import Contact
from crm.access.rights import hidden_fields, locked_fields
from tasks.calendars.reading.found import Found
from tasks.models import Task
from teams.models import User

_LONGEST_UID = 255


def key_of(found: Found) -> str:
    """What is stored of an event to know it again: its UID, with the occurrence that it stands for."""
    key = f"{found.uid}/{found.recurrence}" if found.recurrence else found.uid
    return key if len(key) <= _LONGEST_UID else sha256(key.encode()).hexdigest()


@dataclass(frozen=True)
class Known:
    """By key or by lower-case e-mail; people of whom several have one address are all named."""

    tasks: dict[str, Task] = field(default_factory=dict)
    contacts: dict[str, set[Contact]] = field(default_factory=dict)
    colleagues: dict[str, User] = field(default_factory=dict)

    def contact_among(self, people: Collection[str]) -> Contact | None:
        """The one contact among these people; None where there are several or none."""
        found = {contact for address in people for contact in self.contacts.get(address, ())}
        return found.pop() if len(found) == 1 else None

    def colleagues_among(self, people: Collection[str], *, besides: Any) -> list[User]:
        found = {self.colleagues[address] for address in people if address in self.colleagues}
        return sorted(found - {besides}, key=lambda user: user.pk)


def look_up(events: Collection[Found], reader: Any) -> Known:
    """At three queries, however many the events are. Nothing out of the reader's sight is found."""
    addresses = {address for found in events for address in found.people}
    return Known(
        _tasks_of(reader, {key_of(found) for found in events}),
        _contacts_by(reader, addresses) if addresses else {},
        {user.email: user for user in User.objects.filter(is_active=True, email__in=addresses)} if addresses else {},
    )


def _tasks_of(reader: Any, keys: Collection[str]) -> dict[str, Task]:
    """His own ones alone: a colleague's task of the same meeting is that colleague's."""
    own = Task.objects.visible_to(reader).filter(owner=reader, deleted_at=None, calendar_uid__in=keys)
    return {task.calendar_uid: task for task in own.exclude(calendar_uid="").select_related("status", "kind")}


def _contacts_by(reader: Any, addresses: Collection[str]) -> dict[str, set[Contact]]:
    if "emails" in hidden_fields(reader, Contact) or "contact" in locked_fields(reader, Task):
        return {}
    seen = Contact.objects.visible_to(reader).filter(deleted_at=None, emails__normalised__in=addresses)
    found: dict[str, set[Contact]] = defaultdict(set)
    for contact in seen.distinct().prefetch_related("emails"):
        for line in contact.emails.all():
            found[line.normalised].add(contact)
    return dict(found)
