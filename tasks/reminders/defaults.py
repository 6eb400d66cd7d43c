"""The reminder that a new task brings its owner, by what he chose; and how reminders of tasks follow their task."""

from typing import Any

from crm.access.writing import written
from tasks.models import Task
from tasks.models.reminders import DEFAULT_HOUR, DEFAULT_LEAD, Reminder, ReminderSettings
from tasks.reminders.planning import plan_new, replan
from tasks.reminders.ready import DUE

_LABEL = Task._meta.label_lower


def settings_of(user: Any) -> ReminderSettings:
    """Those of a person who chose none are not stored."""
    found = ReminderSettings.objects.filter(user=user).first()
    return found or ReminderSettings(user=user, lead=DEFAULT_LEAD, hour=DEFAULT_HOUR)


def settle_default(task: Task) -> None:
    """What the owner of before was given by default goes, and the owner of now gets his."""
    own = Reminder.objects.of_record(_LABEL, task.pk)
    of_others = own.filter(is_default=True)
    if task.owner_id is not None:
        of_others = of_others.exclude(user_id=task.owner_id)
    of_others.delete()
    if task.owner_id is None or not task.is_open:
        return
    lead = settings_of(task.owner).lead
    if lead is None:
        return
    reminder = Reminder(
        user_id=task.owner_id, record_type=_LABEL, record_id=task.pk, anchor=DUE, before=lead, is_default=True
    )
    plan_new(reminder)
    # He may have set the same one himself.
    Reminder.objects.bulk_create([reminder], ignore_conflicts=True)


def follow_task(sender: Any, *, record: Task, fields: frozenset[str], is_new: bool, **_more: Any) -> None:
    """A task was written: in the same transaction its reminders come by what it says now."""
    if is_new or "owner" in fields:
        settle_default(record)
    if not is_new:
        replan(list(Reminder.objects.of_record(_LABEL, record.pk).select_for_update().order_by("pk")))


def follow_tasks() -> None:
    """Called at start-up."""
    written.connect(follow_task, sender=Task, dispatch_uid="tasks.reminders")
