"""What the daily mail says of tasks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.daily import leads, write_overdue, write_own_day
from tasks.services import finish_task
from tasks.tests.factories import make_task
from teams.models import Team
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_ones_own_day_holds_what_is_overdue_and_due_and_nothing_else(cast: Cast) -> None:
    today = timezone.localdate()
    for days, name in ((-1, "Late"), (0, "Today"), (1, "Tomorrow")):
        make_task(cast.ann, name, due=today + timedelta(days=days))
    make_task(cast.bob, "Of bob", due=today)
    chapter = write_own_day(cast.ann, today)
    assert chapter is not None
    assert [entry.text for entry in chapter.entries] == ["Late", "Today"]
    assert write_own_day(cast.cy, today) is None


def test_a_lead_hears_of_overdue_tasks_of_his_people_in_his_sight(cast: Cast) -> None:
    today = timezone.localdate()
    for team in Team.objects.filter(name__in=("North", "South")):
        team.lead = cast.bob
        team.save()
    make_task(cast.ann, "Late", due=today - timedelta(days=1))
    done = make_task(cast.ann, "Late and done", due=today - timedelta(days=1))
    finish_task(done, actor=cast.ann)
    make_task(cast.cy, "Out of sight", due=today - timedelta(days=1))
    assert leads(cast.bob)
    assert not leads(cast.ann)
    chapter = write_overdue(cast.bob, today)
    assert chapter is not None
    assert [(entry.text, entry.detail) for entry in chapter.entries] == [("ann – 1 overdue task", "Late")]
