"""Moving the dates of tasks, one or many at once; and taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.access.rights import locked_fields
from crm.access.writing import StaleVersion
from tasks.models import FIRST_DAY, LAST_DAY, LONGEST_DURATION, Task
from tasks.services.refusals import DueOutOfRange, TooLong
from tasks.services.tasks import save_task

#: A page shows no more; what is moved at once can be taken back at once.
MOST_AT_ONCE = 200
#: Where a task was due: (day, moment or None, zone).
Due = tuple[date | None, datetime | None, str]
#: Where it was due, and the version that it has been given since.
Moved = tuple[Due, int]


@dataclass
class Shifted:
    """What was moved, with where it was due before, and the sentences about what was not."""

    before: dict[UUID, Moved] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def shift_tasks(keys: Sequence[UUID], day: date | None, *, actor: Any) -> Shifted:
    """Move tasks to a day; a time stays the same by the clock of its zone. None takes the date away.

    Each is a save of its own, so that one that cannot be moved holds up no other. Raises PermissionDenied when the
    actor's role locks the date, ValidationError for a day that is out of range.
    """
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("Give a day between the years %(first)s and %(last)s.") % _RANGE)
    return _each(keys, lambda task: (day, _same_time(task, day), task.due_zone), actor=actor)


def shift_tasks_by(keys: Sequence[UUID], days: int, *, actor: Any) -> Shifted:
    """Move tasks by so many days; those without a date stay without one. Raises PermissionDenied."""

    def due(task: Task) -> Due:
        if task.due_on is None:
            return None, None, ""
        day = task.due_on + timedelta(days=days)
        return day, _same_time(task, day), task.due_zone

    return _each(keys, due, actor=actor)


@transaction.atomic
def move_to(task: Task, due: date | datetime | None, duration: int | None, *, actor: Any) -> Task:
    """Let a task be due on a day or at a moment (aware), for so many minutes, None for no length.

    A moment stays in the time zone that the task had, else it is in that of the actor. Raises TaskRefused,
    ValidationError, StaleVersion, PermissionDenied.
    """
    if "due_on" in locked_fields(actor, Task):
        raise PermissionDenied
    day = due.date() if isinstance(due, datetime) else due
    # Before the moment is reckoned in another time zone, which clocks of the year 9999 do not bear.
    if day is not None and not FIRST_DAY < day < LAST_DAY:
        raise DueOutOfRange(FIRST_DAY.year, LAST_DAY.year)
    if duration is not None and not 0 < duration <= LONGEST_DURATION:
        raise TooLong(LONGEST_DURATION // (24 * 60))
    task.set_due(due, task.due_zone or actor.time_zone)
    task.duration = duration
    return save_task(task, actor=actor)


def put_back(before: Mapping[UUID, Moved], *, actor: Any) -> Shifted:
    """Let tasks be due again where they were, but for those that were changed since. Raises PermissionDenied."""
    versions = {key: version for key, (_due, version) in before.items()}
    return _each(list(before), lambda task: before[task.pk][0], actor=actor, versions=versions)


_RANGE = {"first": FIRST_DAY.year, "last": LAST_DAY.year}


def _each(keys: Sequence[UUID], due: Any, *, actor: Any, versions: Mapping[UUID, int] | None = None) -> Shifted:
    if "due_on" in locked_fields(actor, Task):
        raise PermissionDenied
    shifted = Shifted()
    editable = Task.objects.editable_by(actor).filter(pk__in=list(keys)[:MOST_AT_ONCE])
    for task in editable.select_related("status", "owner"):
        before: Due = (task.due_on, task.due_at, task.due_zone)
        task.due_on, task.due_at, task.due_zone = due(task)
        if task.due_at is None:
            task.due_zone = ""
        task.version = (versions or {}).get(task.pk, task.version)
        if (task.due_on, task.due_at) == before[:2]:
            continue
        try:
            with transaction.atomic():
                save_task(task, actor=actor)
        except StaleVersion:
            shifted.refused.append(_("“%(name)s” was changed meanwhile.") % {"name": task})
        except ValidationError as refusal:
            shifted.refused.append(f"“{task}”: {' '.join(refusal.messages)}")
        else:
            shifted.before[task.pk] = (before, task.version)
    return shifted


def _same_time(task: Task, day: date | None) -> datetime | None:
    at = task.due_time
    if day is None or at is None:
        return None
    return datetime.combine(day, at, ZoneInfo(task.due_zone))
