"""Following what is written past us: records of apps that know no reminders, bulk writes, people who move.

What is due is judged anew when it is told, so that a sweep that comes late tells nothing that is not so; it brings
forward what comes earlier than it did.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from crm.access.registry import record_model_of
from tasks.models import Task
from tasks.models.reminders import LIVE, Reminder, ReminderSweep
from tasks.reminders.anchors import remindable_types
from tasks.reminders.defaults import settle_default
from tasks.reminders.planning import replan

# A write is seen when it is committed, and dated when it began: so far back is looked again.
_OVERLAP = timedelta(minutes=5)
# Every so often all reminders are compared with their records, whatever was missed.
_FULL = timedelta(hours=6)
_AT_ONCE = 500
_KEPT = timedelta(days=90)


def sweep() -> int:
    """Follow what changed since the last sweep; how many reminders come at another moment. One sweep at a time."""
    with transaction.atomic():
        mark = _held_mark()
        if mark is None:
            return 0
        now = timezone.now()
        is_full = mark.full_at is None or not now - _FULL < mark.full_at <= now
        since = None if is_full or mark.read_to is None else min(mark.read_to, now) - _OVERLAP
        moved = sum(_follow(keys) for keys in _stale(since)) + _follow_people()
        _follow_owners(since)
        mark.read_to, mark.full_at = now, now if is_full else mark.full_at
        mark.save()
        return moved


def _held_mark() -> ReminderSweep | None:
    """None while another sweep is at work."""
    ReminderSweep.objects.bulk_create([ReminderSweep(pk=1)], ignore_conflicts=True)
    return ReminderSweep.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _stale(since: datetime | None) -> Iterator[list[Any]]:
    """Keys of reminders whose record is not as it was when they were planned, a statement for each type."""
    for label in remindable_types():
        model: Any = record_model_of(label)
        reminders = Reminder.objects.filter(_may_come(), record_type=label)
        if since is not None:
            reminders = reminders.filter(record_id__in=_changed(model, since).values("pk"))
        written = model.objects.filter(pk=OuterRef("record_id")).values("updated_at")
        stale = reminders.annotate(written=Subquery(written[:1])).exclude(written=F("record_as_of"))
        yield list(stale.exclude(written=None, record_as_of=None).order_by("pk").values_list("pk", flat=True))


def _may_come() -> Q:
    """Not those at a moment that were told: nothing brings them back."""
    return Q(fired_at=None) | Q(at=None)


def _changed(model: Any, since: datetime) -> Any:
    return model.objects.filter(Q(deleted_at=None, updated_at__gt=since) | Q(deleted_at__gt=since))


def _follow(keys: list[Any]) -> int:
    moved = 0
    for start in range(0, len(keys), _AT_ONCE):
        part = Reminder.objects.filter(pk__in=keys[start : start + _AT_ONCE])
        # What is being told at this moment is judged by those who tell it.
        moved += replan(list(part.select_for_update(skip_locked=True).order_by("pk")))
    return moved


def _follow_people() -> int:
    """Whose clock is in another time zone than the one that his reminders of days were planned by."""
    own = Reminder.objects.filter(LIVE, ~Q(zone=""), user_id=OuterRef("pk"))
    # Both sides apart: an index finds what is smaller or greater, and not what is other.
    elsewhere = Exists(own.filter(zone__lt=OuterRef("time_zone"))) | Exists(own.filter(zone__gt=OuterRef("time_zone")))
    movers = get_user_model()._default_manager.filter(elsewhere).values_list("pk", "time_zone")
    moved = 0
    for pk, zone in movers:
        rows: QuerySet[Reminder, Any] = Reminder.objects.live().filter(user_id=pk).exclude(zone__in=("", zone))
        moved += _follow(list(rows.order_by("pk").values_list("pk", flat=True)))
    return moved


def _follow_owners(since: datetime | None) -> None:
    """Tasks that were handed over in bulk: what the owner of before had by default goes, the new one has his."""
    kept = Reminder.objects.filter(is_default=True, record_type=Task._meta.label_lower, record_id=OuterRef("pk"))
    tasks = Task.objects.alive() if since is None else _changed(Task, since)
    for task in tasks.filter(Exists(kept.exclude(user_id=OuterRef("owner_id")))).iterator(chunk_size=_AT_ONCE):
        settle_default(task)


def forget_fired() -> int:
    """Drop those at a moment that were told three months ago; how many. Others may come again."""
    dropped, _each = Reminder.objects.filter(at__isnull=False, fired_at__lt=timezone.now() - _KEPT).delete()
    return dropped
