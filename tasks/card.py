"""What stands around a task on its card, as far as its reader sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from crm.access.rights import Action, hidden_fields, may
from crm.comments.markdown import rendered
from crm.pages.card import Card
from tasks.about import Subject, progress, subjects_of
from tasks.models import CLOSED_STATES, Task, TaskBlocker
from tasks.selectors import statuses_of

_SHOWN_PARTS = 100


@dataclass(frozen=True)
class Neighbours:
    """Tasks that hang together with this one, in sight; `unseen` is how many more there are."""

    tasks: Sequence[Task] = ()
    unseen: int = 0


def circumstances_of(card: Card, reader: Any) -> dict[str, Any]:
    """A query each: types of what it is about, statuses, checklist, watchers, what it waits for, parts, the whole."""
    task, sees = card.record, card.sees
    subjects = subjects_of([task], reader)[task.pk]
    blockers = _blockers(task, reader) if sees["blockers"] else Neighbours()
    return {
        "subjects": subjects,
        "unseen_about": _unseen_about(task, subjects, reader),
        "statuses": statuses_of(task.status.board) if sees["status"] else [],
        "checklist": list(task.checklist.all()) if sees["checklist"] else [],
        "watchers": list(task.watchers.select_related("user")) if sees["watchers"] else [],
        "blockers": blockers,
        "waits": any(one.is_open for one in blockers.tasks),
        "blocks": _blocks(task, reader) if sees["blockers"] else [],
        "parts": _parts(task, reader),
        "progress": progress([task], reader).get(task.pk),
        "whole": _whole(task, reader) if sees["parent"] else None,
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


def _blockers(task: Task, reader: Any) -> Neighbours:
    rows = TaskBlocker.objects.filter(task=task, blocker__deleted_at=None)
    seen = list(Task.objects.visible_to(reader).filter(blocks__task=task).select_related("status", "owner"))
    return Neighbours(seen, max(0, rows.count() - len(seen)))


def _blocks(task: Task, reader: Any) -> list[Task]:
    """Open tasks in sight that wait for this one."""
    waiting = Task.objects.visible_to(reader).filter(blockers__blocker=task).exclude(state__in=CLOSED_STATES)
    return list(waiting.select_related("status", "owner")[:_SHOWN_PARTS])


def _parts(task: Task, reader: Any) -> list[Task]:
    parts = Task.objects.visible_to(reader).filter(parent=task).select_related("status", "owner")
    return list(parts.order_by("id")[:_SHOWN_PARTS])


def _whole(task: Task, reader: Any) -> Task | None:
    if task.parent_id is None:
        return None
    return Task.objects.visible_to(reader).filter(pk=task.parent_id).first()  # type: ignore[no-any-return]
