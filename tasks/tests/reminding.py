"""Shared by the tests of reminders: the clock, setting them, telling them and what was told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.notifications.models import Notification
from crm.notifications.telling import lines_of
from tasks.models import Reminder
from tasks.reminders.firing import REMINDER, fire_due
from tasks.reminders.planning import plan_new
from tasks.reminders.sweeping import sweep

KYIV, NEW_YORK = "Europe/Kyiv", "America/New_York"


class Clock:
    """The clock that the product reads; it stands until it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
        self.now = now
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)

    def at(self, text: str, zone: str = KYIV) -> None:
        self.now = moment(text, zone)

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def moment(text: str, zone: str = KYIV) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def remind(record: Any, user: Any, **meant: Any) -> Reminder:
    """Stored as a form would: ahead of an anchor, or at a moment."""
    reminder = Reminder(user=user, created_by=user, record_type=record._meta.label_lower, record_id=record.pk, **meant)
    plan_new(reminder)
    reminder.save()
    return reminder


def tick() -> int:
    """What the beat does once a minute: follow what was written, tell what is due; how many were told."""
    before = Notification.objects.filter(kind=REMINDER).count()
    sweep()
    fire_due()
    return Notification.objects.filter(kind=REMINDER).count() - before


def due(reminder: Reminder, zone: str = KYIV) -> str | None:
    """On the wall; None for one that rests or was told."""
    reminder.refresh_from_db()
    if not reminder.is_live or reminder.due_at is None:
        return None
    return reminder.due_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def said_to(user: Any) -> list[str]:
    """The sentences of all reminders of this person, the newest first, as the bell shows them."""
    notices = Notification.objects.filter(user=user, kind=REMINDER).order_by("-id")
    return [line.sentence for line in lines_of(notices, user)]
