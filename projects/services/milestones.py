"""One milestone of a project moved in time or on: the other rows of the part stay as they are."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm.access.rights import locked_fields
from projects.models import Milestone, MilestoneState, Project
from projects.services.projects import save_project


class NoSuchMilestone(LookupError):
    """The project has no such milestone any more."""


@transaction.atomic
def set_milestone_state(project: Project, key: int, state: MilestoneState, *, actor: Any) -> Project:
    """Planned, reached or accepted; accepted ones get today as the day of it.

    Raises NoSuchMilestone, StaleVersion, PermissionDenied.
    """

    def change(milestone: Milestone) -> None:
        milestone.state = state
        is_accepted = state == MilestoneState.ACCEPTED
        milestone.accepted_on = (milestone.accepted_on or timezone.localdate()) if is_accepted else None

    return _changed(project, key, change, actor=actor)


@transaction.atomic
def put_milestone_off(project: Project, key: int, days: int, *, actor: Any) -> Project:
    """Later by so many days, or earlier. Raises as `set_milestone_state` does."""

    def change(milestone: Milestone) -> None:
        milestone.due = shifted(milestone.due, days)

    return _changed(project, key, change, actor=actor)


@transaction.atomic
def shift_plan(project: Project, *, actor: Any, start: int = 0, end: int = 0) -> Project:
    """Put the planned start and end off by so many days each; days that are not planned stay so.

    Raises ValueError when the end would lie before the start, StaleVersion, PermissionDenied.
    """
    if {"planned_start", "planned_end"} & locked_fields(actor, Project):
        raise PermissionDenied
    if project.planned_start:
        project.planned_start = shifted(project.planned_start, start)
    if project.planned_end:
        project.planned_end = shifted(project.planned_end, end)
    if project.planned_start and project.planned_end and project.planned_end < project.planned_start:
        raise ValueError("A project ends after it began.")
    return save_project(project, actor=actor)


def shifted(day: date, days: int) -> date:
    """The day itself where the calendar ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _changed(project: Project, key: int, change: Callable[[Milestone], None], *, actor: Any) -> Project:
    if "milestones" in locked_fields(actor, Project):
        raise PermissionDenied
    rows = list(project.milestones.all())
    milestone = next((row for row in rows if row.pk == key), None)
    if milestone is None:
        raise NoSuchMilestone
    change(milestone)
    return save_project(project, actor=actor, parts={"milestones": rows})
