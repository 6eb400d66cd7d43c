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
    """Somebody with an address; a contact, or a colleague who watches the task.

    `language` and `zone` are "" where they are unknown, or hidden from whoever invites: what goes out tells them.
    Nobody `is_unwilling` is invited; `is_refusal_told` says whether the inviter may know that it is his own wish.
    """

    name: str
    address: str
    contact: Contact | None = None
    user: Any = None
    language: str = ""
    zone: str = ""
    is_unwilling: bool = False
    is_refusal_told: bool = False


def guest_of(person: Any, name: str, address: str, hidden: frozenset[str]) -> Guest:
    """A contact of whom these fields are hidden, a colleague, or None for somebody who is gone."""
    if not isinstance(person, Contact):
        known = {"language": person.language, "zone": person.time_zone} if person else {}
        return Guest(name, address, user=person, **known)
    return Guest(
        name,
        address,
        contact=person,
        language="" if "language" in hidden else person.language,
        zone="" if "time_zone" in hidden else person.time_zone,
        is_unwilling=person.consent == Consent.REFUSED,
        is_refusal_told="consent" not in hidden,
    )


def guest_again(invitation: TaskInvitation, sender: Any) -> Guest:
    """Whom an invitation went to, as he is known today."""
    person = invitation.contact or invitation.user
    return guest_of(person, invitation.name, invitation.address, hidden_fields(sender, Contact))


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
        found += [guest_of(person, str(person), person.email, frozenset()) for person in people]
    return list({guest.address.casefold(): guest for guest in reversed(found)}.values())[::-1]


def _contacts(task: Task, reader: Any, hidden: frozenset[str]) -> list[Guest]:
    keys = [] if "contact" in hidden or task.contact_id is None else [task.contact_id]
    if task.deal_id and "deal" not in hidden and "contacts" not in hidden_fields(reader, Deal):
        deal = Deal.objects.visible_to(reader).filter(pk=task.deal_id).first()
        keys += [row.contact_id for row in deal.contacts.all()] if deal else []
    seen = Contact.objects.visible_to(reader).filter(deleted_at=None, pk__in=keys).prefetch_related("emails")
    by_key = {contact.pk: contact for contact in seen}
    ordered = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    hidden = hidden_fields(reader, Contact)
    return [guest_of(contact, str(contact), address, hidden) for contact in ordered if (address := _address(contact))]


def _address(contact: Contact) -> str:
    lines = sorted(contact.emails.all(), key=lambda line: (not line.is_primary, line.position))
    return lines[0].address if lines else ""


def invited_to(task: Task, reader: Any) -> list[Invited]:
    """At three queries at most."""
    invitations = list(TaskInvitation.objects.filter(task=task).select_related("user").prefetch_related("mails"))
    seen = _seen_contacts(reader, [row.contact_id for row in invitations if row.contact_id])
    hidden = hidden_fields(reader, Task)
    now = None if "due_on" in hidden else _comparable(told_of(task), hidden)
    found = []
    for row in invitations:
        mail = max(row.mails.all(), key=lambda each: each.pk, default=None)
        if mail is None:
            continue
        is_seen = _is_guest_shown(row, task, hidden) and (row.user_id is not None or row.contact_id in seen)
        address = row.address if is_seen and (row.user_id or seen.get(row.contact_id)) else ""
        is_present = mail.method == InvitationMethod.REQUEST
        is_outdated = is_present and now is not None and _comparable(mail.told, hidden) != now
        found.append(Invited(row, mail, row.name if is_seen else "", address, is_outdated))
    return found


def _is_guest_shown(row: TaskInvitation, task: Task, hidden: frozenset[str]) -> bool:
    """Whether the reader may know by which field of the task he came to be invited."""
    if row.user_id is not None:
        return "watchers" not in hidden
    # Another contact than the task's own came by its deal, or was its own before.
    return "contact" not in hidden and (row.contact_id == task.contact_id or "deal" not in hidden)


def _comparable(told: Mapping[str, Any], hidden: frozenset[str]) -> tuple[Any, ...]:
    """What of it may be compared before this reader: that it changed would tell what is hidden from him."""
    is_rule_hidden = "rrule" in hidden
    lines = [line for line in told["times"] if not (is_rule_hidden and line.startswith("RRULE"))]
    return lines, None if "status" in hidden else told["is_open"]


def _seen_contacts(reader: Any, keys: Iterable[Any]) -> Mapping[Any, bool]:
    """The contacts in sight, each with whether its address is too."""
    wanted = set(keys)
    if not wanted:
        return {}
    shows_address = "emails" not in hidden_fields(reader, Contact)
    seen = Contact.objects.visible_to(reader).filter(pk__in=wanted).values_list("pk", flat=True)
    return dict.fromkeys(seen, shows_address)


def told_of(task: Task, hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What an invitation says beside its words: whoever was told otherwise is to hear of the change.

    `hidden` are the fields of the task that its sender does not see, and so does not tell.
    """
    if task.due_on is None:
        return {"times": [], "is_open": False}
    return {"times": times(entry_of(task, "", hidden)), "is_open": task.is_open}


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
