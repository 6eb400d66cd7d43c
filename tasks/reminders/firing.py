"""Telling what is due. The claim, the notification and the mark that it was told are one transaction: a worker that is
killed in it has told nothing, and two that run at once never hold the same reminder."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.access.sight import Subject, seen_records
from crm.notifications.telling_now import Happening, tell_now
from tasks.models.reminders import Reminder, ReminderQuerySet
from tasks.reminders.anchors import anchor_of, is_hidden
from tasks.reminders.moments import Planned, Wall
from tasks.reminders.planning import current_plan, planned_for, walls_of

#: The kind of the notifications.
REMINDER = "tasks.reminder"
#: What comes later than this says how late it is.
LATE = timedelta(minutes=2)
# So many are told in a transaction.
_BATCH = 250
# Seconds after which a round ends: the next one is for another worker.
_LONGEST_ROUND = 20.0
# What failed waits so long, and holds up nobody.
_PAUSE = timedelta(minutes=5)
_WRITTEN = ("due_at", "zone", "aim", "told_of", "fired_at", "held_until")
logger = logging.getLogger(__name__)


def fire_due() -> int:
    """Tell what is due, in one round; how many reminders were taken."""
    end, taken = time.monotonic() + _LONGEST_ROUND, 0
    while time.monotonic() < end:
        count = _fire_batch()
        if not count:
            break
        taken += count
    return taken


def _fire_batch() -> int:
    try:
        with transaction.atomic():
            claimed = list(_claimed(_due_now())[:_BATCH])
            _fire(claimed)
            return len(claimed)
    except Exception:
        logger.exception("Some reminders could not be told together; each is tried alone.")
        return _fire_each()


def _fire_each() -> int:
    """One after the other, so that the one with which something is wrong holds up none of the others."""
    taken = 0
    for key in list(_due_now().values_list("pk", flat=True)[:_BATCH]):
        try:
            with transaction.atomic():
                _fire(list(_claimed(_due_now().filter(pk=key))))
        except Exception:
            logger.exception("Reminder %s could not be told; it comes again.", key)
            Reminder.objects.filter(pk=key).update(held_until=timezone.now() + _PAUSE)
        taken += 1
    return taken


def _due_now() -> ReminderQuerySet:
    now = timezone.now()
    is_free = Q(held_until=None) | Q(held_until__lte=now)
    return Reminder.objects.live().filter(is_free, due_at__lte=now).order_by("due_at", "id")


def _claimed(due: ReminderQuerySet) -> ReminderQuerySet:
    """Locked for this transaction, without those that another one holds."""
    return due.select_for_update(skip_locked=True)


@dataclass(frozen=True)
class _Truth:
    """What holds at the moment of the claim: who may be told, what he sees, and what his clock says."""

    now: datetime
    people: dict[int, Any]
    walls: dict[int, Wall]
    seen: dict[int, dict[Subject, Any]]

    @classmethod
    def about(cls, reminders: Sequence[Reminder]) -> "_Truth":
        subjects: dict[int, set[Subject]] = {}
        for one in reminders:
            subjects.setdefault(one.user_id, set()).add((one.record_type, one.record_id))
        people = get_user_model()._default_manager.filter(is_active=True).in_bulk(subjects)
        seen = {pk: seen_records(person, subjects[pk]) for pk, person in people.items()}
        return cls(timezone.now(), people, walls_of(people), seen)

    def record_of(self, reminder: Reminder) -> Any:
        """The living record, if its user is still there, still sees it, and sees what it is about."""
        record = self.seen.get(reminder.user_id, {}).get((reminder.record_type, reminder.record_id))
        anchor = anchor_of(reminder.record_type, reminder.anchor)
        if record is None or (anchor is not None and is_hidden(anchor, self.people[reminder.user_id])):
            return None
        return record


def _fire(reminders: Sequence[Reminder]) -> None:
    if not reminders:
        return
    truth, told = _Truth.about(reminders), []
    for reminder in reminders:
        record = truth.record_of(reminder)
        planned = current_plan(reminder, record, truth.walls[reminder.user_id]) if record is not None else None
        if planned is None or planned.due_at > truth.now:
            _put_off(reminder, planned)
            continue
        told.append(_happening(reminder, record, planned, truth))
        _mark(reminder, record, planned, truth)
    tell_now(REMINDER, told)
    Reminder.objects.bulk_update(reminders, _WRITTEN, batch_size=_BATCH)


def _put_off(reminder: Reminder, planned: Planned | None) -> None:
    """To its new moment; it rests where there is none."""
    reminder.due_at = planned.due_at if planned else None
    reminder.aim, reminder.zone = (planned.aim, planned.zone) if planned else (reminder.aim, reminder.zone)


def _happening(reminder: Reminder, record: Any, planned: Planned, truth: _Truth) -> Happening:
    """Keyed by its moment, so that the constraint of the outbox holds it to once as well."""
    late = truth.now - planned.due_at
    data = {
        "anchor": reminder.anchor,
        "aim": planned.aim,
        "due": planned.due_at.isoformat(),
        "late": int(late.total_seconds() // 60) if late > LATE else 0,
        "note": reminder.note,
    }
    key = f"reminder {reminder.pk} {planned.due_at.isoformat()}"
    return Happening(key, truth.people[reminder.user_id], record, ("tasks.reminder", reminder.pk), data)


def _mark(reminder: Reminder, record: Any, planned: Planned, truth: _Truth) -> None:
    """Told; what comes back every year moves on to its next time."""
    reminder.aim, reminder.zone, reminder.due_at = planned.aim, planned.zone, planned.due_at
    reminder.fired_at, reminder.told_of, reminder.held_until = truth.now, planned.aim, None
    anchor = anchor_of(reminder.record_type, reminder.anchor)
    if anchor is None or not anchor.is_yearly:
        return
    ahead = planned_for(reminder, record, truth.walls[reminder.user_id], after=truth.now)
    if ahead is not None:
        reminder.due_at, reminder.aim, reminder.zone = ahead.due_at, ahead.aim, ahead.zone
        reminder.fired_at = None
