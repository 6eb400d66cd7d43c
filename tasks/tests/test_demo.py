"""The tasks of the demo company."""

import random

import pytest
from django.utils import timezone

from clients.tests.factories import make_client
from projects.demo import make_demo_deals
from projects.demo_projects import make_demo_projects
from projects.models import Deal
from tasks.demo import make_demo_tasks
from tasks.idle import idle_marks
from tasks.models import Task, TimeEntry
from tasks.time.demo import make_demo_time
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_deals_have_tasks_ahead_overdue_ones_and_none(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme", country="UA")
    for make in (make_demo_deals, make_demo_projects, make_demo_tasks):
        make(random.Random(1), [acme])  # noqa: S311
    marks = idle_marks(list(Deal.objects.select_related("stage")), cast.ann)
    said = {mark.label for found in marks.values() for mark in found}
    assert said == {"No next task", "A task is overdue"}
    assert len(marks) < Deal.objects.filter(state="open").count()
    assert Task.objects.filter(blockers__isnull=False, project__isnull=False, estimate__gt=0).exists()
    assert Task.objects.filter(due_at__gt=timezone.now()).exists()
    make_demo_time(random.Random(1), [acme])  # noqa: S311
    assert TimeEntry.objects.filter(state="draft").exists() or timezone.localdate().weekday() == 0
    assert TimeEntry.objects.filter(state__in=("submitted", "approved"), project__isnull=False).exists()
