"""Reminders of a task that repeats: those ahead of its due date go on with the next one."""

from typing import Any

from tasks.models import Reminder, Task
from tasks.reminders.planning import plan_new
from tasks.services.recurring import task_repeated

_LABEL = Task._meta.label_lower


def carry_over(sender: Any, *, task: Task, follower: Task, **_more: Any) -> None:
    """Everybody's own. The default one the follower has got already; a moment was of the one task alone."""
    ahead = Reminder.objects.of_record(_LABEL, task.pk).filter(is_default=False).exclude(anchor="")
    for one in ahead:
        reminder = Reminder(
            user_id=one.user_id,
            created_by_id=one.created_by_id,
            record_type=_LABEL,
            record_id=follower.pk,
            anchor=one.anchor,
            before=one.before,
            clock=one.clock,
            note=one.note,
        )
        plan_new(reminder)
        # His own one may be the default one too: then it stays that.
        Reminder.objects.bulk_create([reminder], ignore_conflicts=True)


def carry_reminders() -> None:
    """Called at start-up."""
    task_repeated.connect(carry_over, sender=Task, dispatch_uid="tasks.reminders.carrying")
