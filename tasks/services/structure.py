"""What must hold between a task and others: no circles, milestones of its project, days that clocks can bear."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import hidden_fields
from projects.models import Deal, Project
from tasks.models import FIRST_DAY, LAST_DAY, Task
from tasks.selectors import DEEPEST, ancestors_of, height_of, waits_for
from tasks.services.refusals import (
    DueOutOfRange,
    MilestoneOfAnotherProject,
    PartOfItself,
    TooDeep,
    WaitsForItself,
)

Parts = Mapping[str, Sequence[Any]]
# Two that close a circle together would each see half of it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('tasks.structure'))"


def refuse_what_cannot_be(task: Task, parts: Parts | None, *, actor: Any) -> None:
    """Raises TaskRefused, by kind, in the field that is wrong."""
    if task.due_on is not None and not FIRST_DAY <= task.due_on <= LAST_DAY:
        raise DueOutOfRange(FIRST_DAY.year, LAST_DAY.year)
    if task.milestone_id is not None:
        _settle_milestone(task)
    blockers = [row.blocker_id for row in (parts or {}).get("blockers", ()) if row.blocker_id]
    if task.parent_id is not None or blockers:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
    if task.parent_id is not None:
        _refuse_deep(task)
    if blockers:
        _refuse_waiting(task, blockers, actor)


def fill_in_about(task: Task, *, actor: Any) -> None:
    """The client follows from the deal, the project or where one person works; the project from the deal.

    Whether the actor sees it is no question: he is not shown it by this. What his role hides from him does not follow.
    """
    if task.project_id is None and task.deal_id is not None and "project" not in hidden_fields(actor, Deal):
        task.project_id = Deal.objects.filter(pk=task.deal_id).values_list("project_id", flat=True).first()
    if task.client_id is None:
        task.client_id = _client_behind(task, actor)


def _client_behind(task: Task, actor: Any) -> Any:
    for model, key in ((Deal, task.deal_id), (Project, task.project_id)):
        is_told = key and "client" not in hidden_fields(actor, model)
        found = model.objects.filter(pk=key).values_list("client_id", flat=True).first() if is_told else None
        if found:
            return found
    is_told = task.contact_id and "employments" not in hidden_fields(actor, Contact)
    return _employer_of(task.contact_id) if is_told else None


def _employer_of(contact_id: Any) -> Any:
    """Where a person works now, when it is one place."""
    present = Contact.objects.filter(pk=contact_id, employments__until=None, employments__client__isnull=False)
    keys = list(present.values_list("employments__client", flat=True).distinct()[:2])
    return keys[0] if len(keys) == 1 and Client.objects.filter(pk=keys[0]).exists() else None


def _settle_milestone(task: Task) -> None:
    milestone: Any = task.milestone
    if task.project_id is None:
        task.project_id = milestone.project_id
    elif task.project_id != milestone.project_id:
        raise MilestoneOfAnotherProject


def _refuse_deep(task: Task) -> None:
    above = ancestors_of(task.parent_id)  # type: ignore[arg-type]
    if task.pk in above:
        raise PartOfItself
    if len(above) + height_of(task.pk) > DEEPEST:
        raise TooDeep(DEEPEST)


def _refuse_waiting(task: Task, blockers: list[Any], actor: Any) -> None:
    looped = waits_for(blockers, task.pk)
    if looped is not None:
        other = Task.objects.visible_to(actor).filter(pk=looped).exclude(pk=task.pk).first()
        raise WaitsForItself(str(other or ""))
