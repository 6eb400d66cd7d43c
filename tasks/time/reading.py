"""Reads of time: what is locked, the rules of projects, what tasks and projects took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, Subquery, Sum, Value
from django.db.models.functions import Cast, Round

from crm.access.rights import Action, hidden_fields, may
from projects.models import Project
from tasks.models import ProjectTime, Task, TimeEntry, TimeLock, Timer
from tasks.time.durations import duration_text


def locked_until() -> date | None:
    """The last day of the locked period; None where everything is open."""
    newest = TimeLock.objects.order_by("-id").first()
    return newest.until if newest else None


def rules_of(project_id: UUID | None) -> ProjectTime:
    """Those of the project, else what holds for projects without any; time without a project is no client's bill."""
    if project_id is None:
        return ProjectTime(is_billable=False)
    return ProjectTime.objects.filter(project=project_id).first() or ProjectTime(project_id=project_id)


def hours_spent_on(project: Any) -> Any:
    """All that was worked on a project, whoever worked it and whatever became of it, in hours, as an expression.

    The sum is told to whoever sees the hours of the project, and never what it is made of.
    """
    worked = TimeEntry.objects.alive().filter(project=project).order_by().values("project")
    exact = DecimalField(max_digits=12, decimal_places=2)
    hours = Round(Cast(Sum("minutes"), exact) / Value(Decimal(60)), 2)
    return Subquery(worked.annotate(total=hours).values("total"), output_field=exact)


def minutes_logged_on(tasks: Sequence[UUID]) -> Mapping[UUID, int]:
    """All that was worked on each, of those on which anything was; at one query."""
    if not tasks:
        return {}
    worked = TimeEntry.objects.alive().filter(task__in=tasks).order_by().values("task")
    return {row["task"]: row["total"] for row in worked.annotate(total=Sum("minutes"))}


def timer_of(user: Any) -> Timer | None:
    return Timer.objects.filter(user=user.pk).first()


def may_enter(user: Any) -> bool:
    """Whether his role lets him enter time of his own."""
    return may(user, Action.ADD, TimeEntry) and may(user, Action.VIEW, TimeEntry)


def sees_sums(reader: Any) -> bool:
    """Whether sums of time on tasks are told to him: to whoever sees some time and may know how long it was."""
    return may(reader, Action.VIEW, TimeEntry) and hidden_fields(reader, TimeEntry).isdisjoint({"minutes", "task"})


@dataclass(frozen=True)
class TaskTime:
    """What one reader is told of the time on a task.

    `logged` are the minutes of everybody together, None for whoever must not know; `estimate` are minutes too. `timer`
    is his own where it runs on this very task.
    """

    task: Task
    logged: int | None
    own: int
    estimate: int | None
    timer: Timer | None
    may_enter: bool

    @property
    def is_over(self) -> bool:
        return self.estimate is not None and self.logged is not None and self.logged > self.estimate

    @property
    def share(self) -> int:
        """Of the estimate, in percent, 100 at most."""
        return min(100, self.logged * 100 // self.estimate) if self.estimate and self.logged else 0

    @property
    def logged_text(self) -> str:
        return duration_text(self.logged or 0)

    @property
    def own_text(self) -> str:
        return duration_text(self.own)

    @property
    def estimate_text(self) -> str:
        return duration_text(self.estimate) if self.estimate is not None else ""

    @property
    def left_text(self) -> str:
        """What is left of the estimate; empty where there is none, or nothing is left."""
        left = (self.estimate or 0) - (self.logged or 0)
        return duration_text(left) if self.estimate is not None and self.logged is not None and left > 0 else ""


def time_of(task: Task, reader: Any) -> TaskTime:
    """For the card of a task: one query for the sums, one for the timer. Drawn by "time/_of_task.jinja"."""
    sees_time, can_enter = sees_sums(reader), may_enter(reader)
    rows = list(
        TimeEntry.objects.alive().filter(task=task.pk).order_by().values("owner").annotate(total=Sum("minutes"))
        if sees_time or can_enter
        else ()
    )
    estimate = None if "estimate" in hidden_fields(reader, Task) or task.estimate is None else int(task.estimate * 60)
    timer = timer_of(reader) if can_enter else None
    return TaskTime(
        task=task,
        logged=sum(row["total"] for row in rows) if sees_time else None,
        own=sum(row["total"] for row in rows if row["owner"] == reader.pk),
        estimate=estimate,
        timer=timer if timer is not None and timer.task_id == task.pk else None,
        may_enter=can_enter and not task.is_deleted,
    )


def may_rule_time(project: Project, reader: Any) -> bool:
    """Whether the reader may say how time on this project is counted: he may change the project."""
    return bool(Project.objects.editable_by(reader).filter(pk=project.pk).exists())
