"""Moving tasks from status to status: on, back, done with what came of it, cancelled, opened again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_noop

from contacts.models import Direction, Interaction, InteractionKind
from contacts.services.interactions import Conversation, log_interaction
from crm.access.rights import locked_fields
from crm.access.sight import seen_records, subject_of
from crm.access.writing import change_fields, lock_record
from crm.notifications.following import followers_of
from crm.notifications.services import notify
from crm.timeline import writing as timeline
from tasks.models import CLOSED_STATES, OPEN_STATES, Task, TaskBlocker, TaskNature, TaskState, TaskStatus
from tasks.selectors import status_of
from tasks.services.recurring import begin_series, make_next
from tasks.services.refusals import WrongBoard

DONE, CANCELLED, MOVED, REOPENED = "tasks.done", "tasks.cancelled", "tasks.moved", "tasks.reopened"
UNBLOCKED = "tasks.unblocked"
# More wait for one task only by mistake.
_MOST_TOLD = 100
_EVENTS = {TaskState.DONE.value: DONE, TaskState.CANCELLED.value: CANCELLED}
_REASONS = {
    DONE: gettext_noop("Done"),
    CANCELLED: gettext_noop("Cancelled"),
    MOVED: gettext_noop("Moved to another status"),
    REOPENED: gettext_noop("Reopened"),
}
_KINDS = {
    TaskNature.CALL.value: InteractionKind.CALL,
    TaskNature.MEETING.value: InteractionKind.MEETING,
    TaskNature.EMAIL.value: InteractionKind.EMAIL,
}


@dataclass(frozen=True)
class Talk:
    """What came of a call, a meeting or a mail: it becomes an interaction with whom and what the task is about."""

    text: str
    outcome: str = ""
    duration: int | None = None
    at: datetime | None = None


@transaction.atomic
def move_task(task: Task, status: TaskStatus, *, actor: Any) -> Task:
    """Put a task into another status of its board; nothing else of the instance is stored.

    Done and cancelled close it, any other opens it again. Into the status it stands in already is no move. Of a task
    that repeats the next one is made when it is closed. Whoever asked for it hears that it is done, and those whose
    tasks waited for it. Raises WrongBoard, StaleVersion, PermissionDenied.
    """
    current = lock_record(task)
    may_edit = Task.objects.editable_by(actor).filter(pk=task.pk).exists()
    if not may_edit or "status" in locked_fields(actor, Task):
        raise PermissionDenied
    if status.board_id != current.status.board_id:
        raise WrongBoard
    if status.pk == current.status_id:
        return task
    was_open, was_state = current.is_open, current.state
    task.status, task.state = status, status.state
    task.done_at = None if task.is_open else current.done_at if was_state == task.state else timezone.now()
    event = MOVED if was_open and task.is_open else REOPENED if task.is_open else _EVENTS[task.state]
    repeats = was_open and not task.is_open and begin_series(task, current)
    changed = (*Task.STANDING, "series") if repeats else Task.STANDING
    change_fields(task, changed, actor=actor, reason=_REASONS[event])
    if was_state != task.state:
        _tell(task, event, actor=actor)
    if repeats:
        make_next(current, actor=actor)
    return task


@transaction.atomic
def finish_task(task: Task, *, actor: Any, talk: Talk | None = None) -> Task:
    """Done; what came of a talk is logged on the timelines of whom and what it was about.

    Raises as `move_task` and `log_interaction` do.
    """
    status = _status_meaning(task, TaskState.DONE)
    done = move_task(task, status, actor=actor)
    if talk is not None and talk.text.strip():
        log_talk(task, talk, actor=actor)
    return done


def cancel_task(task: Task, *, actor: Any) -> Task:
    """Raises as `move_task` does."""
    return move_task(task, _status_meaning(task, TaskState.CANCELLED), actor=actor)


def reopen_task(task: Task, *, actor: Any) -> Task:
    """Back to the beginning of its board. Raises as `move_task` does."""
    return move_task(task, _status_meaning(task, TaskState.TODO), actor=actor)


def log_talk(task: Task, talk: Talk, *, actor: Any) -> Interaction:
    """The interaction that a talk was, with those of its people and records that the actor sees, else with the task.

    Raises PermissionDenied.
    """
    named = task.subjects()
    seen = seen_records(actor, {subject_of(one) for one in named})
    about = [one for one in named if subject_of(one) in seen]
    people = [one for one in about if one.pk == task.contact_id]
    others = [one for one in about if one.pk != task.contact_id]
    kind = _KINDS.get(task.kind.nature, InteractionKind.NOTE)
    interaction = Interaction(
        kind=kind,
        direction="" if kind in (InteractionKind.MEETING, InteractionKind.NOTE) else Direction.OUTGOING,
        text=talk.text.strip(),
        outcome=talk.outcome,
        duration=talk.duration,
        at=talk.at or timezone.now(),
    )
    return log_interaction(interaction, Conversation(people, [*others, task]), actor=actor)


def _status_meaning(task: Task, state: TaskState) -> TaskStatus:
    status = status_of(task.status.board, state)
    if status is None or status.state != state:
        raise WrongBoard
    return status


def _tell(task: Task, event: str, *, actor: Any) -> None:
    timeline.record(
        event, task, actor=actor, fields=["status"], also_on=task.subjects() if event in (DONE, CANCELLED) else []
    )
    if event not in (DONE, CANCELLED, REOPENED):
        return
    hearers = {task.creator_id or 0, *task.watchers.values_list("user_id", flat=True), *followers_of(task)} - {0}
    notify(event, record=task, receivers=hearers, actor=actor)
    if event == DONE:
        _tell_waiting(task, actor=actor)


def _tell_waiting(task: Task, *, actor: Any) -> None:
    """Those whose task waited for this one and waits for nothing else now."""
    open_ones = TaskBlocker.objects.filter(task=OuterRef("pk"), blocker__deleted_at=None)
    left = open_ones.exclude(blocker__state__in=CLOSED_STATES)
    waiting = Task.objects.alive().filter(blockers__blocker=task, state__in=OPEN_STATES, owner__isnull=False)
    for one in waiting.exclude(Exists(left))[:_MOST_TOLD]:
        notify(UNBLOCKED, record=one, receivers=[one.owner_id or 0], actor=actor)
