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
    TooLong,
    WaitsForItself,
    WrongBoard,
)
from tasks.services.shifting import Shifted, move_to, put_back, shift_tasks, shift_tasks_by
from tasks.services.tasks import create_task, save_task
from tasks.services.time import delete_time, log_time, restore_time, save_time, set_cell
from tasks.services.time_refusals import TimeRefused, TimerForgotten
from tasks.services.time_setup import lock_time, save_project_time
from tasks.services.time_timer import discard_timer, start_timer, stop_timer
from tasks.services.time_week import approve_time, reject_time, reopen_time, submit_week, take_week_back

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
    "TimeRefused",
    "TimerForgotten",
    "TooDeep",
    "TooLong",
    "WaitsForItself",
    "WrongBoard",
    "approve_time",
    "cancel_task",
    "create_task",
    "delete_time",
    "discard_timer",
    "finish_task",
    "install_ready_board",
    "lock_time",
    "log_talk",
    "log_time",
    "move_task",
    "move_to",
    "put_back",
    "reject_time",
    "reopen_task",
    "reopen_time",
    "restore_time",
    "save_project_time",
    "save_task",
    "save_time",
    "set_cell",
    "shift_tasks",
    "shift_tasks_by",
    "start_timer",
    "stop_timer",
    "submit_week",
    "take_week_back",
    "task_repeated",
]
