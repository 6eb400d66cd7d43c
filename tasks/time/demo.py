"""The time of the demo company: two weeks of those who deliver, the first of them handed in and partly approved."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from clients.models import Client
from tasks.models import ProjectTime, Task, TaskNature, TimeEntry
from tasks.services.time import log_time
from tasks.services.time_setup import save_project_time
from tasks.services.time_week import approve_time, submit_week
from tasks.time.reading import rules_of
from tasks.time.week import monday_of
from teams.models import User

_PEOPLE = 6
_LENGTHS = (30, 45, 60, 90, 120, 180, 240)


def make_demo_time(draw: random.Random, _clients: Sequence[Client]) -> None:
    """Through the services, by everybody for himself, after the tasks were made."""
    monday = monday_of(timezone.localdate())
    workers = User.objects.filter(is_active=True, pk__in=_work().values("owner")).order_by("username")
    for number, person in enumerate(workers[:_PEOPLE]):
        tasks = list(_work().visible_to(person).filter(owner=person).select_related("project__owner")[:8])
        if not tasks:
            continue
        _rule(draw, tasks[0])
        last_week = _week(draw, person, tasks, monday - timedelta(days=7))
        _week(draw, person, tasks, monday)
        submit_week(monday - timedelta(days=7), actor=person)
        if number % 2:
            _approve(last_week)


def _work() -> Any:
    return Task.objects.alive().filter(kind__nature=TaskNature.WORK, project__isnull=False)


def _rule(draw: random.Random, task: Task) -> None:
    if task.project is not None and task.project.owner is not None:
        rules = ProjectTime(project=task.project, rounding=draw.choice((0, 15, 30)))
        save_project_time(rules, actor=task.project.owner)


def _week(draw: random.Random, person: User, tasks: Sequence[Task], monday: date) -> list[TimeEntry]:
    """Up to yesterday; somebody always forgets a day."""
    days = [monday + timedelta(days=number) for number in range(5)]
    worked = [day for day in days if day < timezone.localdate() and draw.random() < 0.9] or days[:1]
    return [_entry(draw, person, draw.choice(tasks), day) for day in worked for _time in range(draw.choice((1, 2, 2)))]


def _entry(draw: random.Random, person: User, task: Task, day: date) -> TimeEntry:
    entry = TimeEntry(owner=person, task=task, project_id=task.project_id, day=day, minutes=draw.choice(_LENGTHS))
    entry.is_billable = rules_of(task.project_id).is_billable and draw.random() < 0.9
    return log_time(entry, actor=person)


def _approve(entries: Sequence[TimeEntry]) -> None:
    for entry in entries:
        manager = entry.project.owner if entry.project else None
        if manager is not None and manager != entry.owner:
            approve_time([entry.pk], actor=manager)
