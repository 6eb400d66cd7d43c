"""The alarms of imported calendar events, as reminders of whoever imports them."""

from collections.abc import Sequence
from typing import Any

from tasks.calendars.importing.alarms import register
from tasks.models import Reminder, Task
from tasks.models.reminders import LONGEST_BEFORE
from tasks.reminders.planning import plan_new
from tasks.reminders.ready import DUE

# Some programs write dozens.
_MOST = 5


def take_alarms(task: Task, minutes: Sequence[int], *, actor: Any) -> None:
    """So many minutes before it is due; one that he has anyway, by default, is not doubled."""
    wanted = [before for before in dict.fromkeys(minutes) if 0 <= before <= LONGEST_BEFORE]
    for before in wanted[:_MOST]:
        reminder = Reminder(
            user=actor,
            created_by=actor,
            record_type=Task._meta.label_lower,
            record_id=task.pk,
            anchor=DUE,
            before=before,
        )
        plan_new(reminder)
        Reminder.objects.bulk_create([reminder], ignore_conflicts=True)


def take_alarms_of_calendars() -> None:
    """Called at start-up."""
    register(take_alarms)
