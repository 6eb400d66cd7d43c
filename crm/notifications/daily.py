"""The daily mail: once a day for each person, at the hour that he chose, by the clock on his wall."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.notifications.choices import delivery_settings_of, kinds_by_mail, zone_of
from crm.notifications.digests import Chapter, sections_for
from crm.notifications.mailing import Letter, bind, bound_lines, receiver_of, send, speaking_to
from crm.notifications.models import DIGEST_HOUR, DeliverySettings, MailChoice, Notification
from crm.notifications.quiet import after_quiet, is_within
from crm.notifications.services import DIGEST
from crm.outbox.models import Message
from crm.outbox.registry import NotNow
from crm.outbox.services import put

_MOST_LINES = 50
# What somebody has left unread for longer, a mail does not change.
_LONGEST_UNREAD = timedelta(days=7)
logger = logging.getLogger(__name__)


def plan_digests() -> int:
    """Put today's digest of everybody whose hour has come and who has none yet; how many. Says nothing of contents."""
    due = dict(_due_by_now(timezone.now()))
    known = Message.objects.filter(topic=DIGEST, key__in=due)
    fresh = due.keys() - set(known.values_list("key", flat=True))
    for key in fresh:
        put(DIGEST, due[key], key=key)
    return len(fresh)


def _due_by_now(now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    hours = dict(DeliverySettings.objects.values_list("user_id", "digest_hour"))
    people = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    for person in people.only("pk", "time_zone"):
        wall = now.astimezone(zone_of(person))
        if wall.hour >= hours.get(person.pk, DIGEST_HOUR):
            today = wall.date()
            yield f"{person.pk} {today}", {"user": person.pk, "day": (today - timedelta(days=1)).isoformat()}


def deliver_digest(message: Message) -> None:
    """Send what is unread of the kinds that the receiver wants daily, and the sections he has; nothing for nothing."""
    receiver = receiver_of(message)
    if receiver is None:
        return
    _wait_out_quiet_hours(receiver)
    fresh = Notification.objects.filter(user_id=receiver.pk, created_at__gt=timezone.now() - _LONGEST_UNREAD)
    bind(fresh.filter(kind__in=kinds_by_mail(receiver, MailChoice.DAILY)), message)
    day = date.fromisoformat(message.payload["day"])
    with speaking_to(receiver):
        lines = bound_lines(message, receiver)
        chapters = list(_chapters(receiver, day))
        if lines or chapters:
            more = len(lines[_MOST_LINES:])
            send(Letter(_("Your day in Porada"), lines[:_MOST_LINES], chapters, more), receiver, message)


def _wait_out_quiet_hours(receiver: Any) -> None:
    """For a mail that comes late. Who set his hour into his quiet hours wants it then."""
    now, chosen = timezone.now(), delivery_settings_of(receiver)
    hours = chosen.quiet_hours
    if hours is None or is_within(time(chosen.digest_hour), hours):
        return
    end = after_quiet(now, hours, zone_of(receiver))
    if end > now:
        raise NotNow(end)


def _chapters(receiver: Any, day: date) -> Iterator[Chapter]:
    declined = set(delivery_settings_of(receiver).sections_off)
    for section in sections_for(receiver):
        if section.key in declined:
            continue
        try:
            chapter = section.write(receiver, day)
        except Exception:
            # The rest of the mail is worth having.
            logger.exception("Section “%s” of a digest failed.", section.key)
            continue
        if chapter is not None:
            yield chapter
