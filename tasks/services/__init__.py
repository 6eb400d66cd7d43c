"""Every write to tasks, reminders, calendars and time."""

from tasks.services.moves import Talk, cancel_task, finish_task, log_talk, move_task, reopen_task
from tasks.services.ready import install_ready_board
from tasks.services.recurring import task_repeated
from tasks.services.refusals import (
    DueOutOfRange,
    MilestoneOfAnotherProject,
    NoBoard,
    NoSuchRule,
    PartOfItself,
    RuleNeedsDue,
    TaskRefused,
    TooDeep,
    WaitsForItself,
    WrongBoard,
)
from tasks.services.shifting import Shifted, put_back, shift_tasks, shift_tasks_by
from tasks.services.tasks import create_task, save_task

__all__ = [
    "DueOutOfRange",
    "MilestoneOfAnotherProject",
    "NoBoard",
    "NoSuchRule",
    "PartOfItself",
    "RuleNeedsDue",
    "Shifted",
    "Talk",
    "TaskRefused",
    "TooDeep",
    "WaitsForItself",
    "WrongBoard",
    "cancel_task",
    "create_task",
    "finish_task",
    "install_ready_board",
    "log_talk",
    "move_task",
    "put_back",
    "reopen_task",
    "save_task",
    "shift_tasks",
    "shift_tasks_by",
    "task_repeated",
]
