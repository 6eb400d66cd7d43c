"""Mails of invitations: what they say, and sending them."""

from datetime import UTC, datetime
from email.utils import formataddr, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress, vText

from crm.access.rights import hidden_fields
from crm.notifications.mailing import message_id_of
from crm.outbox.models import Message
from tasks.calendars.feeds import entry_of, place_of_events
from tasks.calendars.guests import Guest
from tasks.calendars.writing import Place, calendar_text, event_lines, stamp, zone_of
from tasks.models import InvitationMail, InvitationMethod, Task

_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


def language_for(guest: Guest, sender: Any) -> str:
    """The guest's own where the product speaks it, else the sender's."""
    return guest.language if guest.language in _LANGUAGES else str(sender.language)


def words_for(task: Task, guest: Guest, sender: Any, *, title: str, text: str, method: str) -> tuple[str, str]:
    """Subject and body, in the guest's language and by his clock as far as it is known."""
    with translation.override(language_for(guest, sender)):
        heading = _("Invitation: %(title)s") if method == InvitationMethod.REQUEST else _("Cancelled: %(title)s")
        paragraphs = [
            _("%(sender)s invites you:") % {"sender": sender}
            if method == InvitationMethod.REQUEST
            else _("%(sender)s cancels the meeting:") % {"sender": sender},
            f"{title}\n{when(task, guest)}".strip(),
            text.strip(),
            f"{sender}\n{sender.email}",
        ]
        # A title may hold anything, a header only one line.
        return " ".join((heading % {"title": title}).split()), "\n\n".join(part for part in paragraphs if part)


def when(task: Task, guest: Guest) -> str:
    if task.due_at is None:
        return date_format(task.due_on, "DATE_FORMAT") if task.due_on else ""
    zone = guest.zone or task.due_zone
    moment: datetime = task.due_at.astimezone(ZoneInfo(zone))
    return f"{date_format(moment, 'DATETIME_FORMAT')} ({zone})"


def calendar_for(task: Task, guest: Guest, sender: Any, *, title: str, text: str, sequence: int) -> str:
    """The entry that invites; the description of the task stays inside of the company, and so does what its sender
    does not see."""
    entry = entry_of(task, "", frozenset({"description", "priority", "status"}) | hidden_fields(sender, Task))
    entry = entry._replace(version=sequence, title=title, text=text.strip(), changed=stamp(timezone.now()))
    zone = zone_of(entry)
    place = Place(place_of_events().host)
    calendar: Any = Calendar.from_ical(
        calendar_text([f"METHOD:{InvitationMethod.REQUEST}"], [zone] if zone else [], [event_lines(entry, place)])
    )
    (event,) = calendar.walk("VEVENT")
    event.add("organizer", _person(str(sender), sender.email))
    attendee = _person(guest.name, guest.address)
    for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "TRUE")):
        attendee.params[name] = vText(value)
    event.add("attendee", attendee)
    return str(calendar.to_ical().decode())


def cancelled_calendar(calendar_text: str, sequence: int) -> str:
    """The entry that takes an earlier one back, whatever has become of the task since."""
    calendar: Any = Calendar.from_ical(calendar_text)
    calendar["METHOD"] = vText(InvitationMethod.CANCEL)
    for event in calendar.walk("VEVENT"):
        for name in ("STATUS", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED"):
            event.pop(name, None)
        event.add("status", "CANCELLED")
        event.add("sequence", sequence)
        event.add("dtstamp", timezone.now().astimezone(UTC))
    return str(calendar.to_ical().decode())


def _person(name: str, address: str) -> Any:
    person = vCalAddress(f"mailto:{address}")
    # A quotation mark cannot stand in a parameter.
    person.params["CN"] = vText(" ".join(name.replace('"', "'").split()))
    return person


def deliver_invitation(message: Message) -> None:
    """Send the mail as it was kept, under the same Message-ID at each attempt; nothing for one that is gone."""
    mail = InvitationMail.objects.select_related("invitation", "sender").filter(pk=message.payload["mail"]).first()
    if mail is None or mail.sent_at is not None:
        return
    letter = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body,
        to=[formataddr((mail.invitation.name, mail.invitation.address))],
        headers={"Message-ID": message_id_of(message)},
    )
    if mail.sender is not None:
        # The server of the company sends, in the name of whoever invites: answers go to him.
        letter.from_email = formataddr((str(mail.sender), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
        letter.reply_to = [formataddr((str(mail.sender), mail.sender.email))]
    letter.attach_alternative(mail.calendar, f"text/calendar; method={mail.method}")
    letter.attach("invite.ics", mail.calendar, "application/ics")
    letter.send()
    InvitationMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
