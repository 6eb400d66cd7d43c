"""The workload of people as one reader sees it: of tasks and projects in his sight alone, and the page says so."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, OuterRef, Subquery, Sum, Value

from crm.access.rights import Action, hidden_fields, may
from projects.models import Project, ProjectMember, ProjectState
from tasks.models import OPEN_STATES, Task, TimeEntry
from tasks.time.reading import sees_sums
from tasks.workload.spreading import Clock, Given, PersonLoad, Work, load_of, monday_of
from teams.models import User
from teams.selectors.calendar import calendars_of

WEEKS = 8
#: What is due still later is taken as due then: nobody plans further ahead.
FURTHEST = timedelta(days=366 * 2)
#: Absences far ahead are few, and a person without hours has no day at all: the clock looks a little further.
_SPARE = timedelta(days=60)
#: What the load is computed from; whoever must not see one of these has no such page.
NEEDED = frozenset({"owner", "estimate", "due_on", "status", "project"})


@dataclass(frozen=True)
class Shown:
    person: User
    load: PersonLoad


def sees_workload(reader: Any) -> bool:
    return may(reader, Action.VIEW, Task) and hidden_fields(reader, Task).isdisjoint(NEEDED)


def workload_of(people: Sequence[User], reader: Any, today: date, *, weeks: int = WEEKS) -> list[Shown]:
    """A row a person, in their order; at eight queries for any number of people and tasks."""
    if not people:
        return []
    last = monday_of(today) + timedelta(days=7 * weeks - 1)
    works = _works(people, reader, today + FURTHEST)
    ends = {person.pk: max([last, *(work.due for work in works[person.pk] if work.due)]) + _SPARE for person in people}
    calendars = calendars_of(people, today, max(ends.values()))
    given = _allocations(people, reader, today, last)
    return [
        Shown(
            person,
            load_of(
                works[person.pk],
                given[person.pk],
                weeks,
                Clock(today, ends[person.pk], calendars[person.pk].working_minutes),
            ),
        )
        for person in people
    ]


def open_work(people: Sequence[User], reader: Any) -> Any:
    """Open tasks with an estimate in the reader's sight, each with the minutes `logged` on it by everybody.

    The sum is told and never what it is made of; to whoever must not know even that, nothing is logged.
    """
    tasks = Task.objects.visible_to(reader).filter(owner__in=people, state__in=OPEN_STATES, estimate__gt=0)
    if not sees_sums(reader):
        return tasks.annotate(logged=Value(None, output_field=IntegerField()))
    worked = TimeEntry.objects.alive().filter(task=OuterRef("pk")).order_by().values("task")
    return tasks.annotate(logged=Subquery(worked.annotate(total=Sum("minutes")).values("total")))


def _works(people: Sequence[User], reader: Any, furthest: date) -> Mapping[int, list[Work]]:
    works: dict[int, list[Work]] = defaultdict(list)
    rows = open_work(people, reader).values_list("pk", "owner_id", "project_id", "estimate", "due_on", "logged")
    for key, owner, project, estimate, due, logged in rows:
        remaining = int(estimate * 60) - (logged or 0)
        if remaining > 0:
            works[owner].append(Work(key, remaining, min(due, furthest) if due else None, project))
    return works


def _allocations(people: Sequence[User], reader: Any, first: date, last: date) -> Mapping[int, list[Given]]:
    """Of the projects in the reader's sight on whose teams the people are; of open ones as far as he may know."""
    given: dict[int, list[Given]] = defaultdict(list)
    for member in allocations(people, reader).exclude(ends__lt=first).exclude(starts__gt=last):
        given[member.user_id].append(Given(member.project_id, member.allocation, member.starts, member.ends))
    return given


def allocations(people: Sequence[User], reader: Any) -> Any:
    members = ProjectMember.objects.filter(user__in=people)
    hidden = hidden_fields(reader, Project)
    if "members" in hidden:
        return members.none()
    seen = Project.objects.visible_to(reader)
    if "stage" not in hidden:
        seen = seen.filter(state=ProjectState.OPEN)
    return members.filter(project__in=seen.order_by().values("pk"))


def project_names(keys: set[UUID], reader: Any) -> Mapping[UUID, str]:
    return dict(Project.objects.visible_to(reader).filter(pk__in=keys).values_list("pk", "name"))
