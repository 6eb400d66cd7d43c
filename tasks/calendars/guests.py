"""Who can be invited to a task and who was, as far as the reader may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Consent, Contact
from crm.access.rights import hidden_fields
from crm.pages.reading import permissions_on
from projects.models import Deal
from tasks.calendars.feeds import entry_of
from tasks.calendars.writing import times
from tasks.models import InvitationMail, InvitationMethod, Task, TaskInvitation, TaskNature

#: Kinds of tasks that somebody else can come to.
MEETINGS = (TaskNature.MEETING, TaskNature.CALL)


@dataclass(frozen=True)
class Guest:
    """Somebody with an address; a contact, or a colleague who watches the task."""

    name: str
    address: str
    contact: Contact | None = None
    user: Any = None

    @property
    def is_unwilling(self) -> bool:
        """Has said that he does not want to be written to."""
        return self.contact is not None and self.contact.consent == Consent.REFUSED


@dataclass(frozen=True)
class Invited:
    """Somebody who was invited, and the last mail to him. His name is "" for a reader who may not see him."""

    invitation: TaskInvitation
    mail: InvitationMail
    name: str
    address: str
    is_outdated: bool

    @property
    def is_cancelled(self) -> bool:
        return self.mail.method == InvitationMethod.CANCEL


def can_be_invited_to(task: Task, reader: Any) -> bool:
    """Whether it is a meeting or a call with a date that the reader sees and may change."""
    if task.due_on is None or task.kind.nature not in MEETINGS or task.is_deleted:
        return False
    hidden = hidden_fields(reader, Task)
    return not hidden & {"due_on", "kind"} and permissions_on(task, reader).can_change


def guests_of(task: Task, reader: Any) -> list[Guest]:
    """The contact of the task and those of its deal, with their first address; then colleagues who watch it."""
    hidden = hidden_fields(reader, Task)
    found = [] if "emails" in hidden_fields(reader, Contact) else _contacts(task, reader, hidden)
    if "watchers" not in hidden:
        rows = task.watchers.select_related("user").all()
        people = [row.user for row in rows if row.user.email and row.user.is_active and row.user != reader]
        found += [Guest(str(person), person.email, user=person) for person in people]
    return list({guest.address.casefold(): guest for guest in reversed(found)}.values())[::-1]


def _contacts(task: Task, reader: Any, hidden: frozenset[str]) -> list[Guest]:
    keys = [] if "contact" in hidden or task.contact_id is None else [task.contact_id]
    if task.deal_id and "deal" not in hidden and "contacts" not in hidden_fields(reader, Deal):
        deal = Deal.objects.visible_to(reader).filter(pk=task.deal_id).first()
        keys += [row.contact_id for row in deal.contacts.all()] if deal else []
    seen = Contact.objects.visible_to(reader).filter(deleted_at=None, pk__in=keys).prefetch_related("emails")
    by_key = {contact.pk: contact for contact in seen}
    ordered = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    return [Guest(str(contact), address, contact) for contact in ordered if (address := _address(contact))]


def _address(contact: Contact) -> str:
    lines = sorted(contact.emails.all(), key=lambda line: (not line.is_primary, line.position))
    return lines[0].address if lines else ""


def invited_to(task: Task, reader: Any) -> list[Invited]:
    """At three queries at most."""
    invitations = list(TaskInvitation.objects.filter(task=task).select_related("user").prefetch_related("mails"))
    seen = _seen_contacts(reader, [row.contact_id for row in invitations if row.contact_id])
    now = told_of(task)
    found = []
    for row in invitations:
        mail = max(row.mails.all(), key=lambda each: each.pk, default=None)
        if mail is None:
            continue
        is_seen = row.user_id is not None or row.contact_id in seen
        address = row.address if row.user_id or seen.get(row.contact_id) else ""
        told = {name: value for name, value in mail.told.items() if name != "title"}
        is_outdated = mail.method == InvitationMethod.REQUEST and told != now
        found.append(Invited(row, mail, row.name if is_seen else "", address, is_outdated))
    return found


def _seen_contacts(reader: Any, keys: Iterable[Any]) -> Mapping[Any, bool]:
    """The contacts in sight, each with whether its address is too."""
    wanted = set(keys)
    if not wanted:
        return {}
    shows_address = "emails" not in hidden_fields(reader, Contact)
    seen = Contact.objects.visible_to(reader).filter(pk__in=wanted).values_list("pk", flat=True)
    return dict.fromkeys(seen, shows_address)


def told_of(task: Task) -> dict[str, Any]:
    """What an invitation says beside its words: whoever was told otherwise is to hear of the change."""
    if task.due_on is None:
        return {"times": [], "is_open": False}
    return {"times": times(entry_of(task, "", frozenset())), "is_open": task.is_open}


def invitation_part(task: Task, reader: Any) -> dict[str, Any]:
    """Arguments of tasks/_calendar_invitations.jinja, the part of the card of a task."""
    invited = invited_to(task, reader)
    return {
        "task": task,
        "invited": invited,
        "may_invite": can_be_invited_to(task, reader) and task.is_open,
        "may_cancel": bool(invited) and permissions_on(task, reader).can_change,
        "has_news": any(row.is_outdated for row in invited),
        "unseen": _("A person you may not see"),
    }
