"""Time for tests, entered through the services as any other."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from projects.models import Project
from projects.tests.project_factories import make_project
from tasks.models import Task, TimeEntry
from tasks.services.time import delete_time, log_time
from tasks.services.time_timer import start_timer
from tasks.services.time_week import submit_week
from tasks.tests.factories import make_task
from tasks.time.places import TASK, Place
from tasks.time.week import monday_of
from teams.models import User
from teams.tests.factories import Cast


def make_time(
    owner: User, on: Task | Project, minutes: int = 60, *, day: date | None = None, **fields: Any
) -> TimeEntry:
    """Entered by its owner, today unless told otherwise."""
    place: dict[str, Any] = {"task": on} if isinstance(on, Task) else {"project": on}
    entry = TimeEntry(owner=owner, day=day or timezone.localdate(), minutes=minutes, **place, **fields)
    return log_time(entry, actor=owner)


def make_time_of_world(cast: Cast, project: Project) -> None:
    """Drafts of ann's, one of them removed, a week of bob's that she decides on, and her timer."""
    today = timezone.localdate()
    task = make_task(cast.ann, "Kestrel rigging", project=project, estimate=8, due=today + timedelta(days=3))
    make_time(cast.ann, task, 90, name="Kestrel ropes")
    delete_time(make_time(cast.ann, project, 30, name="Kestrel gone"), actor=cast.ann)
    bobs = make_task(cast.bob, "Kestrel deck", by=cast.ann, project=project)
    make_time(cast.bob, bobs, 45, name="Kestrel planks")
    submit_week(monday_of(today), actor=cast.bob)
    start_timer(Place(TASK, task.pk), actor=cast.ann, note="Kestrel")


def grow_time(ann: User, bob: User, count: int) -> None:
    """More tasks and projects with time of both, a part of it submitted."""
    today = timezone.localdate()
    for number in range(count):
        project = make_project(ann, f"Kestrel yard {number}")
        task = make_task(ann, f"Kestrel sail {number}", project=project, estimate=4, due=today)
        make_time(ann, task, 5)
        make_time(ann, project, 5)
        make_time(bob, make_task(bob, f"Kestrel mast {number}", by=ann, project=project), 5)
    submit_week(monday_of(today), actor=bob)
