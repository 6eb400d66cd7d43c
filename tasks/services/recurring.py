"""The next one of a task that repeats, made at once when the one before is closed.

Each closed task of a series has made one follower, whenever and however often it is closed: who follows it was made
later than it was. Closing keeps the row of the task locked, so that two at once do not make two.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_noop
from uuid6 import uuid7

from crm.access.writing import create_follower
from tasks.models import Task, TaskCheck, TaskWatcher
from tasks.recurrence import Next, NotARule, next_due, parse_rule
from tasks.services.rules import due_of
from tasks.services.tasks import place_on_board

#: Sent in the transaction that makes a follower, with `task` (the closed one), `follower` and `actor`: for what hangs
#: on a task beside its own fields, as reminders do.
task_repeated = Signal()

_COPIED = (
    *("name", "kind_id", "description", "client_id", "contact_id", "deal_id", "project_id", "milestone_id"),
    *("parent_id", "creator_id", "owner_id", "team_id", "priority", "duration", "estimate", "repeats", "series"),
)


def begin_series(task: Task, current: Task) -> bool:
    """Whether the stored task repeats; `task`, which is being closed, gets the key that its followers share with it."""
    if not current.rrule or current.due_on is None:
        return False
    task.series = current.series = current.series or uuid7()
    return True


def make_next(task: Task, *, actor: Any) -> Task | None:
    """The follower of a closed task, which is locked and has its `series`; None where it was the last, or has one."""
    if Task.objects.filter(series=task.series, created_at__gt=task.created_at).exclude(pk=task.pk).exists():
        return None
    following = _following(task)
    if following is None:
        return None
    follower = Task(**{name: getattr(task, name) for name in _COPIED}, tags=list(task.tags), custom=dict(task.custom))
    follower.rrule = str(following.rule)
    follower.set_due(following.due, task.due_zone)
    place_on_board(follower)
    create_follower(follower, actor=actor, parts=_parts(task), reason=gettext_noop("Repeated"))
    task_repeated.send(sender=Task, task=task, follower=follower, actor=actor)
    return follower


def _following(task: Task) -> Next | None:
    due = due_of(task)
    try:
        rule = parse_rule(task.rrule)
    except NotARule:
        # Stored past the services, by a restored version or an import: it must not keep anybody from closing the task.
        return None
    if due is None:
        return None
    return next_due(rule, due, _zone(task), after=timezone.now(), repeats=task.repeats)


def _zone(task: Task) -> ZoneInfo:
    """Where its clock hangs; for a day, that of the one who does it."""
    if task.due_at is not None:
        return task.zone
    return ZoneInfo(task.owner.time_zone if task.owner else timezone.get_current_timezone_name())


def _parts(task: Task) -> dict[str, list[Any]]:
    """The checklist with nothing done, and those who watch; what it waited for was of this one alone."""
    return {
        "checklist": [TaskCheck(text=row.text) for row in task.checklist.all()],
        "watchers": [TaskWatcher(user_id=row.user_id) for row in task.watchers.all()],
    }
