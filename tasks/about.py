"""What tasks are about, and what they wait for, as one reader sees it: a fixed number of queries a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import hidden_fields
from crm.access.sight import named_in_sight
from crm.pages.rows import rows_of_query
from projects.models import Deal, Project
from tasks.models import CLOSED_STATES, Task, TaskBlocker

#: The nearest first.
ABOUT: Mapping[str, type[Any]] = {"deal": Deal, "project": Project, "contact": Contact, "client": Client}
ICONS = {"deal": "businessplan", "project": "briefcase", "contact": "user", "client": "building"}


@dataclass(frozen=True)
class Subject:
    """One record that a task is about; `kind` is the field that names it."""

    kind: str
    record: Any

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


def subjects_of(
    tasks: Sequence[Task], reader: Any, *, only: Collection[str] = tuple(ABOUT)
) -> Mapping[UUID, list[Subject]]:
    """By task, the records in the reader's sight that it is about, the nearest first; one query.

    Fields that are hidden from the reader tell nothing.
    """
    told = set(only) - hidden_fields(reader, Task)
    kinds = {kind: model for kind, model in ABOUT.items() if kind in told}
    wanted = {model: {getattr(task, f"{kind}_id") for task in tasks} - {None} for kind, model in kinds.items()}
    seen = named_in_sight(reader, wanted)
    return {
        task.pk: [
            Subject(kind, record)
            for kind, model in kinds.items()
            if (record := seen[model].get(getattr(task, f"{kind}_id"))) is not None
        ]
        for task in tasks
    }


def names_of(kind: str) -> Any:
    """A loader of cells: the name of what tasks are about, by task; empty for what is out of sight."""

    def load(tasks: Sequence[Task], reader: Any) -> Mapping[UUID, str]:
        found = subjects_of(tasks, reader, only={kind})
        return {pk: str(subjects[0].record) for pk, subjects in found.items() if subjects}

    return load


def waiting(tasks: Sequence[Task], reader: Any) -> Mapping[UUID, int]:
    """By task, how many tasks that are not closed yet it waits for; one query.

    Which these are is told on the card, as far as they are in sight; that there are some is told to who sees the task.
    """
    if "blockers" in hidden_fields(reader, Task):
        return {}
    left = Q(blocker__deleted_at=None) & ~Q(blocker__state__in=CLOSED_STATES)
    rows = TaskBlocker.objects.filter(left, task__in=[task.pk for task in tasks]).order_by()
    return dict(rows.values("task").annotate(count=Count("id")).values_list("task", "count"))


def progress(tasks: Sequence[Task], reader: Any) -> Mapping[UUID, tuple[int, int]]:
    """(done, all) of the parts of tasks, all the way down, where there are any; cancelled ones are not counted.

    Parts out of the reader's sight count: it is the progress of a task that he sees. One query.
    """
    if "status" in hidden_fields(reader, Task) or not tasks:
        return {}
    rows = rows_of_query(_PROGRESS, ([task.pk for task in tasks],))
    return {key: (done, whole) for key, done, whole in rows}


# What is divided counts by its parts alone.
_PROGRESS = """
    WITH RECURSIVE part(root, id, state, depth) AS (
        SELECT task.parent_id, task.id, task.state, 1 FROM tasks_task task
        WHERE task.parent_id = ANY(%s::uuid[]) AND task.deleted_at IS NULL
        UNION ALL SELECT part.root, task.id, task.state, part.depth + 1
        FROM tasks_task task JOIN part ON task.parent_id = part.id
        WHERE task.deleted_at IS NULL AND part.depth < 10
    )
    SELECT root AS id, COUNT(*) FILTER (WHERE state = 'done') AS done, COUNT(*) AS whole FROM part
    WHERE state <> 'cancelled' AND NOT EXISTS (
        SELECT 1 FROM tasks_task below WHERE below.parent_id = part.id AND below.deleted_at IS NULL
    )
    GROUP BY root
"""
