"""Adding and changing tasks."""

from typing import Any

from django.db import transaction

from crm.access import writing
from crm.access.querysets import allowed_actions
from crm.access.rights import Action
from crm.notifications.services import notify
from tasks.models import Task, TaskState
from tasks.selectors import board_for, default_kind, status_of
from tasks.services.refusals import MayNotShow, NoBoard
from tasks.services.rules import settle_rule
from tasks.services.structure import Parts, fill_in_about, refuse_what_cannot_be

GIVEN, WATCHED = "tasks.given", "tasks.watched"


@transaction.atomic
def create_task(task: Task, *, actor: Any, parts: Parts | None = None) -> Task:
    """Store a new task in the status it names, else at the beginning of its board.

    Whoever is to do it hears of it, and so do its watchers. Raises TaskRefused, PermissionDenied.
    """
    task.creator = actor
    fill_in_about(task, actor=actor)
    settle_rule(task)
    refuse_what_cannot_be(task, parts, actor=actor)
    place_on_board(task)
    created = writing.create_record(task, actor=actor, parts=parts)
    if task.owner_id:
        notify(GIVEN, record=task, receivers=[task.owner_id], actor=actor)
    notify(WATCHED, record=task, receivers=_people(parts) - {task.owner_id or 0}, actor=actor)
    return created


@transaction.atomic
def save_task(task: Task, *, actor: Any, parts: Parts | None = None, reason: str = "") -> Task:
    """Store a changed task; it stays in its status whatever the instance says, and parts that are not given stay.

    On another board it takes the status that means the same. Raises TaskRefused, StaleVersion, PermissionDenied,
    LeavesScope.
    """
    watching = set(task.watchers.values_list("user_id", flat=True))
    # A move since the version that was read makes it stale, so what is read here is of that version.
    task.refresh_from_db(fields=(*Task.STANDING, "creator"))
    fill_in_about(task, actor=actor)
    settle_rule(task)
    refuse_what_cannot_be(task, parts, actor=actor)
    _refuse_showing(task, _people(parts) - watching, actor)
    follow_board(task)
    saved = writing.change_record(task, actor=actor, parts=parts, reason=reason)
    notify(WATCHED, record=task, receivers=_people(parts) - watching - {task.owner_id or 0}, actor=actor)
    return saved


def place_on_board(task: Task) -> None:
    """In the status it names, else at the beginning of its board. Raises NoBoard."""
    if task.kind_id is None:
        kind = default_kind()
        if kind is None:
            raise NoBoard
        task.kind = kind
    if task.status_id is None:
        board = board_for(project_id=task.project_id, team_id=task.team_id)
        status = status_of(board, TaskState.TODO) if board else None
        if status is None:
            raise NoBoard
        task.status = status
    task.state = task.status.state
    task.done_at = None if task.is_open else task.done_at


def _refuse_showing(task: Task, people: set[int], actor: Any) -> None:
    """A watcher sees the task: only its owner, who asked for it and who may share it lets others watch."""
    if people and actor.pk not in (task.owner_id, task.creator_id) and Action.SHARE not in allowed_actions(task, actor):
        raise MayNotShow


def follow_board(task: Task) -> None:
    """On the board of its project or team, in the status that means the same."""
    board = board_for(project_id=task.project_id, team_id=task.team_id)
    if board is None or board.pk == task.status.board_id:
        return
    status = status_of(board, task.state)
    if status is not None and status.state == task.state:
        task.status = status


def _people(parts: Parts | None) -> set[int]:
    return {row.user_id for row in (parts or {}).get("watchers", ()) if row.user_id}
