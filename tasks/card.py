"""What stands around a task on its card, as far as its reader sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.safestring import SafeString

from crm.access.rights import Action, hidden_fields, may
from crm.comments.markdown import rendered
from crm.pages.card import Card
from tasks.about import Subject, progress, subjects_of
from tasks.models import CLOSED_STATES, Task, TaskBlocker
from tasks.recurrence.fields import say
from tasks.selectors import statuses_of

_SHOWN = 100


@dataclass(frozen=True)
class Neighbours:
    """Tasks that hang together with this one, in sight; `unseen` is how many more there are."""

    tasks: Sequence[Task] = ()
    unseen: int = 0


def circumstances_of(card: Card, reader: Any) -> dict[str, Any]:
    """A query each: what it is about, statuses, checklist, watchers, progress; two for the tasks around it."""
    task, sees = card.record, card.sees
    subjects = subjects_of([task], reader)[task.pk]
    around = _around(task, reader)
    blockers = around.blockers if sees["blockers"] else Neighbours()
    return {
        "subjects": subjects,
        "unseen_about": _unseen_about(task, subjects, reader),
        "statuses": statuses_of(task.status.board) if sees["status"] else [],
        "checklist": list(task.checklist.all()) if sees["checklist"] else [],
        "watchers": list(task.watchers.select_related("user")) if sees["watchers"] else [],
        "blockers": blockers,
        "waits": any(one.is_open for one in blockers.tasks),
        "blocks": around.blocks if sees["blockers"] else [],
        "parts": around.parts,
        "progress": progress([task], reader).get(task.pk),
        "whole": around.whole if sees["parent"] else None,
        "repeats": say(task.rrule) if sees["rrule"] else "",
        "description": described(task.description) if sees["description"] else "",
        "may_move": card.may_edit["status"],
        "may_check": card.may_edit["checklist"],
        "may_divide": may(reader, Action.ADD, Task),
        "is_overdue": sees["due_on"] and sees["status"] and task.is_overdue(),
    }


def described(text: str) -> SafeString | str:
    """Markdown as markup, as comments are drawn."""
    return rendered(text) if text else ""


def _unseen_about(task: Task, subjects: Sequence[Subject], reader: Any) -> list[str]:
    """The fields that name a record which he does not see."""
    hidden = hidden_fields(reader, Task)
    named = {subject.kind for subject in subjects}
    return [
        name
        for name in ("client", "contact", "deal", "project")
        if name not in hidden and name not in named and getattr(task, f"{name}_id")
    ]


@dataclass(frozen=True)
class Around:
    """The tasks in sight that hang together with one: what it waits for, what waits for it, its parts, its whole."""

    blockers: Neighbours
    blocks: Sequence[Task]
    parts: Sequence[Task]
    whole: Task | None


# Keys alone are put into the statement, as values.
_AROUND = """
    SELECT blocker_id FROM tasks_taskblocker WHERE task_id = %s
    UNION SELECT task_id FROM tasks_taskblocker WHERE blocker_id = %s
    UNION SELECT id FROM tasks_task WHERE parent_id = %s
    UNION SELECT %s::uuid
"""


def _around(task: Task, reader: Any) -> Around:
    """Two queries, however many there are."""
    links = TaskBlocker.objects.filter(Q(task=task) | Q(blocker=task), task__deleted_at=None, blocker__deleted_at=None)
    pairs = list(links.values_list("task", "blocker"))
    waited_for = {blocker for waiting, blocker in pairs if waiting == task.pk}
    waiting = {waits for waits, blocker in pairs if blocker == task.pk}
    near = RawSQL(_AROUND, (task.pk, task.pk, task.pk, task.parent_id))  # noqa: S611
    seen = Task.objects.visible_to(reader).filter(pk__in=near).select_related("status", "owner", "kind")
    tasks: list[Task] = list(seen.order_by("pk")[: 3 * _SHOWN])
    blockers = [one for one in tasks if one.pk in waited_for]
    return Around(
        Neighbours(blockers, len(waited_for) - len(blockers)),
        [one for one in tasks if one.pk in waiting and one.state not in CLOSED_STATES],
        [one for one in tasks if one.parent_id == task.pk],
        next((one for one in tasks if one.pk == task.parent_id), None),
    )
