"""Mails of notifications: what is due for a person in one mail, judged anew at the moment of sending."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from crm.notifications.choices import delivery_settings_of, kinds_by_mail, zone_of
from crm.notifications.digests import Chapter
from crm.notifications.models import MailChoice, Notification
from crm.notifications.quiet import after_quiet
from crm.notifications.telling import Line, lines_of
from crm.outbox.models import Message
from crm.outbox.registry import NotNow
from crm.ui.addresses import address_of

_MOST_LINES = 50


@dataclass(frozen=True)
class Letter:
    """What a mail says, in the language of its reader. `more` is how many lines have no room in it."""

    subject: str
    lines: Sequence[Line]
    chapters: Sequence[Chapter] = ()
    more: int = 0


def receiver_of(message: Message) -> Any | None:
    """Who is to get the mail, if he still may."""
    people = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    return people.filter(pk=message.payload["user"]).first()


def deliver_mail(message: Message) -> None:
    """Send what is due for the receiver by now; nothing when he has read it meanwhile, or may not see it any more."""
    receiver = receiver_of(message)
    if receiver is None:
        return
    now = timezone.now()
    end = after_quiet(now, delivery_settings_of(receiver).quiet_hours, zone_of(receiver))
    if end > now:
        raise NotNow(end)
    due = Notification.objects.filter(user_id=receiver.pk, mail_due_at__lte=now)
    bind(due.filter(kind__in=kinds_by_mail(receiver, MailChoice.NOW)), message)
    with speaking_to(receiver):
        lines = bound_lines(message, receiver)
        if lines:
            send(Letter(_subject(lines), lines[:_MOST_LINES], more=len(lines[_MOST_LINES:])), receiver, message)


def bind(notices: Any, message: Message) -> None:
    """Let this message's mail tell of these, unless another's does; at its first attempt alone.

    So a mail that is sent again, since nobody knows whether it went, never says more than it said before under the same
    Message-ID: who drops it as a copy has missed nothing.
    """
    if not Notification.objects.filter(mail_id=message.pk).exists():
        notices.filter(mail_id=None, read_at=None).update(mail_id=message.pk)


def bound_lines(message: Message, receiver: Any) -> list[Line]:
    bound = Notification.objects.filter(mail_id=message.pk, user_id=receiver.pk, read_at=None)
    return lines_of(bound.select_related("actor").order_by("-id"), receiver)


def _subject(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return lines[0].sentence
    return ngettext("%(count)s notification", "%(count)s notifications", len(lines)) % {"count": len(lines)}


@contextmanager
def speaking_to(person: Any) -> Iterator[None]:
    """In the language and time zone of this person."""
    with translation.override(person.language), timezone.override(zone_of(person)):
        yield


def send(letter: Letter, receiver: Any, message: Message) -> None:
    """Raises what the mail server or the way to it says."""
    settings_url = f"{settings.BASE_URL}{address_of('notifications:settings')}"
    told = {
        "letter": letter,
        "receiver": receiver,
        "base_url": settings.BASE_URL,
        "settings_url": settings_url,
        "list_url": f"{settings.BASE_URL}{address_of('notifications:list')}",
        "language": translation.get_language(),
    }
    mail = EmailMultiAlternatives(
        # A name may hold anything, a header only one line.
        subject=" ".join((settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + letter.subject).split()),
        body=render_to_string("notifications/mail.txt", told),
        to=[receiver.email],
        headers={
            "Message-ID": message_id_of(message),
            "List-Unsubscribe": f"<{settings_url}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", told), "text/html")
    mail.send()


def message_id_of(message: Message) -> str:
    """The same for every attempt, and for no other mail."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{message.topic}.{message.pk}.{message.created_at.timestamp():.0f}@{host}>"
