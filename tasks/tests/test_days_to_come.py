"""The days to come of tasks that repeat, in the calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from crm.access.rights import FieldAccess
from crm.pages.testing import browser_of
from tasks.tests.factories import make_task
from teams.models import FieldRule, User
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db
KYIV = ZoneInfo("Europe/Kyiv")


def told(user: User, start: str, end: str) -> list[tuple[str, str]]:
    answer = browser_of(user).get(reverse("tasks:calendar_events"), {"start": start, "end": end}).json()
    events = answer["events"] if isinstance(answer, dict) else answer
    return sorted((event["title"], event["start"]) for event in events if event.get("title") == "Standup")


def test_they_stay_at_their_hour_when_clocks_change_and_are_no_tasks(cast: Cast) -> None:
    first = datetime(2031, 3, 24, 9, 30, tzinfo=KYIV)
    make_task(cast.ann, "Standup", due=first, rrule="FREQ=WEEKLY;COUNT=3")
    days = ("2031-03-24T09:30:00", "2031-03-31T09:30:00", "2031-04-07T09:30:00")
    assert told(cast.ann, "2031-03-01", "2031-05-01") == [("Standup", day) for day in days]
    assert told(cast.ann, "2031-04-01", "2031-05-01") == [("Standup", days[2])]
    assert told(cast.bob, "2031-03-01", "2031-05-01") == []


def test_whoever_must_not_see_rules_is_told_of_none(cast: Cast) -> None:
    make_task(cast.fin, "Standup", due=date(2031, 3, 24), rrule="FREQ=DAILY")
    FieldRule.objects.create(role=cast.fin.role, record_type="tasks.task", field="rrule", access=FieldAccess.HIDDEN)
    assert told(cast.fin, "2031-03-01", "2031-05-01") == [("Standup", "2031-03-24")]
