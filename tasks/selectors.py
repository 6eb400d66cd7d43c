"""Reads of kinds, of boards and of what hangs together with a task."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from tasks.models import Task, TaskBoard, TaskKind, TaskNature, TaskState, TaskStatus

#: How many times a task may be divided.
DEEPEST = 5
_UP = """
    WITH RECURSIVE up(id, parent_id, depth) AS (
        SELECT id, parent_id, 1 FROM tasks_task WHERE id = %s
        UNION ALL SELECT task.id, task.parent_id, up.depth + 1 FROM tasks_task task JOIN up ON task.id = up.parent_id
        WHERE up.depth < 100
    ) SELECT id FROM up
"""
_HEIGHT = """
    WITH RECURSIVE down(id, depth) AS (
        SELECT %s::uuid, 0
        UNION ALL SELECT task.id, down.depth + 1 FROM tasks_task task JOIN down ON task.parent_id = down.id
        WHERE down.depth < 100
    ) SELECT MAX(depth) FROM down
"""
_WAITED_FOR = """
    WITH RECURSIVE waited(id, start) AS (
        SELECT first.id, first.id FROM unnest(%s::uuid[]) AS first(id)
        UNION SELECT link.blocker_id, waited.start FROM tasks_taskblocker link JOIN waited ON link.task_id = waited.id
    ) SELECT start FROM waited WHERE id = %s LIMIT 1
"""


def default_kind(nature: TaskNature = TaskNature.TODO) -> TaskKind | None:
    """The first offered kind of this nature, else the first at all; None where there is none."""
    kinds = list(TaskKind.objects.order_by("position", "id"))
    offered = [kind for kind in kinds if kind.is_offered and kind.nature == nature]
    return next(iter([*offered, *kinds]), None)


def board_for(*, project_id: UUID | None, team_id: int | None) -> TaskBoard | None:
    """The board of the project, else of the team, else the default one; None where nobody set one up."""
    own = Q(is_default=True) | Q(team=team_id, team__isnull=False) | Q(project=project_id, project__isnull=False)
    found = list(TaskBoard.objects.filter(own))
    found.sort(key=lambda board: (board.project_id is None, board.team_id is None))
    return found[0] if found else None


def statuses_of(board: TaskBoard) -> list[TaskStatus]:
    """In order, those of closed tasks at the end."""
    statuses = board.statuses.order_by("position", "id")
    return sorted(statuses, key=lambda status: (not status.is_open, status.state == TaskState.CANCELLED))


def status_of(board: TaskBoard, state: str) -> TaskStatus | None:
    """The first status of the board that means this, else the first open one."""
    statuses = statuses_of(board)
    meant = [status for status in statuses if status.state == state]
    return next(iter([*meant, *(status for status in statuses if status.is_open)]), None)


def status_named(task: Task, key: str) -> TaskStatus | None:
    """The status of the task's board that a form names; None when there is none."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return TaskStatus.objects.filter(pk=key, board=task.status.board_id).first()


def ancestors_of(key: UUID) -> list[UUID]:
    """The task itself, what it is a part of, and so on upwards."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, [key])
        return [row[0] for row in cursor.fetchall()]


def height_of(key: UUID) -> int:
    """How many times it is divided."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIGHT, [key])
        return int(cursor.fetchone()[0] or 0)


def waits_for(starts: list[UUID], task: UUID) -> UUID | None:
    """Which of these tasks waits for that one, itself or over others; None where none does."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED_FOR, [starts, task])
        row = cursor.fetchone()
        return row[0] if row else None


def given_to_others(tasks: Any, user: Any) -> Any:
    """Of a queryset, the tasks that the user asked others for."""
    return tasks.filter(Q(creator=user) & ~Q(owner=F("creator")))
