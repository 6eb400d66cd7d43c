"""Who takes the alarms of imported events: nobody, until reminders register."""

from collections.abc import Callable, Sequence
from typing import Any

#: Called as `take(task, minutes_before, actor=…)` in the transaction that makes the task.
TakeAlarms = Callable[..., None]
_takers: list[TakeAlarms] = []


def register(take: TakeAlarms) -> None:
    """Called at start-up; the last one takes them."""
    _takers[:] = [take]


def takes_alarms() -> bool:
    return bool(_takers)


def hand_over(task: Any, minutes: Sequence[int], *, actor: Any) -> None:
    for take in _takers:
        take(task, minutes, actor=actor)
