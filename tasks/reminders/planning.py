"""Working out when reminders come, from what their records say now and from the clocks of their users."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone

from crm.access.registry import record_model_of
from crm.access.sight import Subject
from tasks.models.reminders import DEFAULT_HOUR, Reminder, ReminderSettings, zone_named
from tasks.reminders.anchors import Anchor, Said, anchor_of, is_open
from tasks.reminders.moments import Planned, Wall, ahead_of, next_yearly

_WRITTEN = ("due_at", "zone", "aim", "record_as_of", "computed_at", "fired_at", "held_until")
_AT_ONCE = 500
# Between the two clocks of the world that are furthest apart, and then some.
_FURTHEST_SHIFT = timedelta(days=2)


def walls_of(user_ids: Iterable[int]) -> dict[int, Wall]:
    """The clocks of these people, at two queries."""
    keys = set(user_ids)
    hours = dict(ReminderSettings.objects.filter(user_id__in=keys).values_list("user_id", "hour"))
    zones = get_user_model()._default_manager.filter(pk__in=keys).values_list("pk", "time_zone")
    return {pk: Wall(zone_named(zone), hours.get(pk, DEFAULT_HOUR)) for pk, zone in zones}


def records_of(subjects: Iterable[Subject]) -> dict[Subject, Any]:
    """The records, binned ones too, whoever may see them; a query for each type."""
    keys: dict[str, set[UUID]] = {}
    for label, key in subjects:
        keys.setdefault(label, set()).add(key)
    found: dict[Subject, Any] = {}
    for label, wanted in keys.items():
        model = record_model_of(label)
        if model is not None:
            found |= {(label, pk): record for pk, record in model.objects.in_bulk(wanted).items()}
    return found


def waits(reminder: Reminder, record: Any) -> bool:
    """Whether the record is there and open, so that a reminder of it may come."""
    return record is not None and record.deleted_at is None and is_open(reminder.record_type, record)


def planned_for(reminder: Reminder, record: Any, wall: Wall, *, after: datetime) -> Planned | None:
    """When it comes by what the record says now; of what comes back each year, the first time from `after` on.

    None when it says nothing, is closed, or when what it says was told.
    """
    if not waits(reminder, record):
        return None
    if reminder.at is not None:
        return Planned(reminder.at, "")
    anchor = anchor_of(reminder.record_type, reminder.anchor)
    said = said_by(anchor, record)
    if anchor is None or said is None:
        return None
    clock = Wall(wall.zone, reminder.clock or wall.hour)
    if anchor.is_yearly and isinstance(said, date):
        return next_yearly(said, reminder.before or 0, clock, after=after, told_of=reminder.told_of)
    planned = ahead_of(said, reminder.before or 0, clock)
    return None if planned is None or planned.aim == reminder.told_of else planned


def said_by(anchor: Anchor | None, record: Any) -> Said:
    """None also where the record does not wait for it any more."""
    return anchor.read(record) if anchor is not None and anchor.is_open(record) else None


@dataclass(frozen=True)
class Circumstances:
    """What the planning of some reminders reads: their records, and the clocks of their users."""

    records: dict[Subject, Any]
    walls: dict[int, Wall]

    @classmethod
    def of(cls, reminders: Sequence[Reminder]) -> "Circumstances":
        subjects = {(one.record_type, one.record_id) for one in reminders}
        return cls(records_of(subjects), walls_of(one.user_id for one in reminders))

    def of_reminder(self, reminder: Reminder) -> tuple[Any, Wall | None]:
        return self.records.get((reminder.record_type, reminder.record_id)), self.walls.get(reminder.user_id)


def current_plan(reminder: Reminder, record: Any, wall: Wall) -> Planned | None:
    """When it comes by what the record and the clock of its user say now; None for not at all.

    A moment that had passed when the record came to say it is none. One that has passed since is due, and late, also
    where the clock moved and the record did not.
    """
    if reminder.is_live and reminder.due_at is not None:
        same = planned_for(reminder, record, wall, after=reminder.due_at - _FURTHEST_SHIFT)
        if same is not None and same.aim == reminder.aim:
            return same
    since = record.updated_at if record is not None else timezone.now()
    planned = planned_for(reminder, record, wall, after=since)
    return None if planned is not None and planned.due_at < since else planned


def plan_new(reminder: Reminder) -> None:
    """Work out when a reminder that was not stored as it is now comes; it rests where that has passed."""
    reminder.due_at, reminder.fired_at, reminder.told_of, reminder.aim = None, None, "", ""
    around, now = Circumstances.of([reminder]), timezone.now()
    record, wall = around.of_reminder(reminder)
    planned = planned_for(reminder, record, wall, after=now) if wall is not None else None
    _take(reminder, None if planned is not None and planned.due_at < now else planned)
    _note(reminder, record, now)


def has_passed(reminder: Reminder) -> bool:
    """Whether it rests since its moment is over; not where its record says none, or is closed."""
    around, now = Circumstances.of([reminder]), timezone.now()
    record, wall = around.of_reminder(reminder)
    planned = planned_for(reminder, record, wall, after=now) if wall is not None else None
    return planned is not None and planned.due_at < now


def replan(reminders: Sequence[Reminder]) -> int:
    """Work out anew when these (locked) reminders come, and store it; how many come at another moment."""
    now, around, moved = timezone.now(), Circumstances.of(reminders), 0
    for reminder in reminders:
        record, wall = around.of_reminder(reminder)
        _note(reminder, record, now)
        # One at a moment is told once, whatever becomes of its record.
        if reminder.fired_at is None or reminder.at is None:
            moved += _take(reminder, current_plan(reminder, record, wall) if wall is not None else None)
    Reminder.objects.bulk_update(reminders, _WRITTEN, batch_size=_AT_ONCE)
    return moved


def _note(reminder: Reminder, record: Any, now: datetime) -> None:
    reminder.computed_at = now
    reminder.record_as_of = record.updated_at if record is not None else None


def _take(reminder: Reminder, planned: Planned | None) -> bool:
    """Whether it comes at another moment than before."""
    before = reminder.due_at if reminder.is_live else None
    if planned is not None:
        reminder.due_at, reminder.aim, reminder.zone = planned.due_at, planned.aim, planned.zone
        reminder.fired_at = None
    elif reminder.fired_at is None:
        # What was told stays as it was told.
        reminder.due_at = None
    after = reminder.due_at if reminder.is_live else None
    if before != after:
        reminder.held_until = None
    return before != after
