"""The health of a page of projects as one reader may know it, and the same as a condition for the filter.

To those who do not see the stages every project is an open one.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DecimalField, Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from crm.access.rights import hidden_fields
from projects.health import SOON_DAYS, Health, Standing, health_of
from projects.models import HealthLevel, Milestone, Project, ProjectState, Risk

#: The key of a project in a statement → the hours spent on it, as an expression: they cost no query of their own.
HoursSource = Callable[[Any], Any]
_hours: list[HoursSource] = []
_BETWEEN = " "


def register_hours_source(source: HoursSource) -> None:
    """Called once at start-up by the app that keeps time entries."""
    _hours[:] = [source]


def hours_expression() -> Any:
    """For a queryset of projects: the hours spent on each; NULL where there are none, or nobody counts them."""
    if not _hours:
        return Value(None, output_field=DecimalField())
    return _hours[0](OuterRef("pk"))


def hours_are_counted() -> bool:
    return bool(_hours)


def with_facts(projects: Any) -> Any:
    """The queryset with what the health is computed from, so that `health_by_project` needs no query of its own."""
    risks = _open_risks().values_list(Concat("probability", Value(_BETWEEN), "impact"))
    return projects.annotate(
        facts_due=ArraySubquery(_planned().values_list("due")),
        facts_risks=ArraySubquery(risks),
        facts_hours=hours_expression(),
    )


def health_by_project(projects: Sequence[Project], reader: Any) -> dict[UUID, Health]:
    """One query for those that were read without their facts."""
    hidden = hidden_fields(reader, Project)
    bare = [project.pk for project in projects if not hasattr(project, "facts_due")]
    found = {row.pk: row for row in with_facts(Project.objects.filter(pk__in=bare).only("pk"))} if bare else {}
    return {project.pk: _health(project, found.get(project.pk, project), hidden) for project in projects}


def _health(project: Project, facts: Any, hidden: frozenset[str]) -> Health:
    hours = None
    if "budget_hours" not in hidden and _hours and project.budget_hours:
        hours = facts.facts_hours or Decimal(0), project.budget_hours
    standing = Standing(
        today=timezone.localdate(),
        is_open=project.is_open or "stage" in hidden,
        planned_end=None if "planned_end" in hidden else project.planned_end,
        due_days=[] if "milestones" in hidden else facts.facts_due,
        open_risks=[] if "risks" in hidden else [_pair(risk) for risk in facts.facts_risks],
        hours=hours,
    )
    return health_of(standing, word="" if "health_word" in hidden else project.health_word)


def _pair(risk: str) -> tuple[str, str]:
    probability, _between, impact = risk.partition(_BETWEEN)
    return probability, impact


def with_health(levels: Sequence[str], reader: Any) -> Q:
    """Projects that the reader is shown in one of these colours; hours are not looked at."""
    hidden = hidden_fields(reader, Project)
    word = Q() if "health_word" in hidden else Q(health_word="")
    found = Q(pk__in=[])
    for level in levels:
        found |= word & _computed(level, hidden)
        if "health_word" not in hidden:
            found |= Q(health_word=level)
    return found


def _computed(level: str, hidden: frozenset[str]) -> Q:
    is_open = Q() if "stage" in hidden else Q(state=ProjectState.OPEN)
    red, amber = is_open & _red(hidden), is_open & _amber(hidden)
    return {HealthLevel.RED: red, HealthLevel.AMBER: amber & ~red, HealthLevel.GREEN: ~red & ~amber}[HealthLevel(level)]


_NEVER = Q(pk__in=[])


def _red(hidden: frozenset[str]) -> Q:
    today = timezone.localdate()
    found = _NEVER
    if "planned_end" not in hidden:
        found |= Q(planned_end__isnull=False, planned_end__lt=today)
    if "milestones" not in hidden:
        found |= Q(Exists(_planned().filter(due__lt=today).order_by("pk")[1:2]))
    if "risks" not in hidden:
        found |= Q(Exists(_open_risks().filter(probability="high", impact="high")))
    return found


def _amber(hidden: frozenset[str]) -> Q:
    today = timezone.localdate()
    found = _NEVER
    if "milestones" not in hidden:
        found |= Q(Exists(_planned().filter(due__lt=today)))
        if "planned_end" not in hidden:
            is_near = Q(planned_end__isnull=False, planned_end__range=(today, today + timedelta(days=SOON_DAYS)))
            found |= is_near & Q(Exists(_planned()))
    if "risks" not in hidden:
        serious = Q(probability="high", impact="medium") | Q(probability="medium", impact="high")
        found |= Q(Exists(_open_risks().filter(serious)))
    return found


def _planned() -> Any:
    return Milestone.objects.filter(project=OuterRef("pk"), state="planned")


def _open_risks() -> Any:
    return Risk.objects.filter(project=OuterRef("pk"), is_closed=False)
