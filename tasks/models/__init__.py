"""What the tables of tasks, reminders, calendars and time are."""

from tasks.models.kinds import (
    CLOSED_STATES,
    OPEN_STATES,
    TALKS,
    TaskBoard,
    TaskKind,
    TaskNature,
    TaskState,
    TaskStatus,
)
from tasks.models.tasks import (
    FIRST_DAY,
    LAST_DAY,
    NO_DAY,
    Priority,
    Repeats,
    Task,
    TaskBlocker,
    TaskCheck,
    TaskTeamShare,
    TaskUserShare,
    TaskWatcher,
)

__all__ = [
    "CLOSED_STATES",
    "FIRST_DAY",
    "LAST_DAY",
    "NO_DAY",
    "OPEN_STATES",
    "TALKS",
    "Priority",
    "Repeats",
    "Task",
    "TaskBlocker",
    "TaskBoard",
    "TaskCheck",
    "TaskKind",
    "TaskNature",
    "TaskState",
    "TaskStatus",
    "TaskTeamShare",
    "TaskUserShare",
    "TaskWatcher",
]
