"""What columns of a task tell about who sees it is what the keys of the ways tell, however it is read."""

from datetime import date
from typing import Any

import pytest
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from crm.access.querysets import any_of, branches
from crm.access.rights import Action
from crm.access.writing import move_to_bin
from projects.models import ProjectMember
from projects.tests.project_factories import make_project
from tasks.models import Task, TaskWatcher
from tasks.tests.factories import make_task
from teams.tests.factories import Cast, Scope, grant_all

pytestmark = pytest.mark.django_db


def by_keys(reader: Any, action: Action) -> set[Task]:
    ways = branches(Task, reader, action).ways("tasks_task.id", "tasks_task.owner_id", "tasks_task.team_id")
    return set(Task.objects.alive().filter(RawSQL(*any_of(ways), BooleanField())))  # noqa: S611


def test_lists_are_read_by_columns_and_by_keys_alike(cast: Cast) -> None:
    grant_all(cast.cy.role, Scope.OWN)
    project = make_project(cast.ann, "Rollout", parts={"members": [ProjectMember(user=cast.cy)]})
    seen = {
        make_task(cast.ann, "Given", by=cast.cy),
        make_task(cast.ann, "Watched", parts={"watchers": [TaskWatcher(user=cast.cy)]}),
        make_task(cast.ann, "Delivered", project=project),
        make_task(cast.cy, "His own"),
        make_task(cast.cy, "Given to him", by=cast.ann),
    }
    make_task(cast.ann, "Hers"), make_task(cast.ann, "Of another project", project=make_project(cast.ann, "Other"))
    binned = make_task(cast.ann, "Binned", by=cast.cy)
    move_to_bin(binned, actor=cast.ann)
    listed = Task.objects.order_by("name", "id")
    assert set(Task.objects.visible_to(cast.cy)) == set(listed.first_visible(cast.cy, limit=20)) == seen
    assert by_keys(cast.cy, Action.VIEW) == seen
    assert by_keys(cast.cy, Action.CHANGE) == set(Task.objects.editable_by(cast.cy)) < seen
    # Who gave a task finds it in the recycle bin.
    assert list(Task.objects.in_bin_of(cast.cy)) == [binned]


def test_each_day_gives_its_own_first_tasks(cast: Cast) -> None:
    first, second, third = (date(2031, 5, number) for number in (1, 2, 3))
    for day, number in ((first, 3), (second, 6)):
        for _each in range(number):
            make_task(cast.ann, due=day)
    found = Task.objects.order_by("due_on", "id").first_visible_of_each(
        cast.bob, "due_on", [first, second, third], limit=4
    )
    assert [task.due_on for task in found] == [first] * 3 + [second] * 4
    counted = Task.objects.all().count_visible_of_each(cast.bob, "due_on", [first, second, third], most=5)
    assert counted == {first: 3, second: 5, third: 0}
