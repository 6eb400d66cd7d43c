"""Whatever the clock does, whatever runs at once: each reminder once, and none before it lies in what has passed."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.notifications.models import Notification
from tasks.models import Reminder
from tasks.reminders.firing import REMINDER, fire_due
from tasks.reminders.moments import Wall, ahead_of, in_year, next_yearly
from tasks.reminders.sweeping import sweep
from tasks.tests.factories import make_task
from teams.tests.factories import Cast, make_cast

START = datetime(2026, 6, 10, 9, tzinfo=UTC)
SECONDS = st.integers(-20 * 60, 40 * 60)


def fill(cast: Cast, seconds: list[int]) -> dict[Any, datetime]:
    """A reminder of ann's at each of these seconds after the start."""
    task = make_task(cast.ann)
    Reminder.objects.all().delete()
    made = Reminder.objects.bulk_create(
        Reminder(
            user=cast.ann,
            record_type="tasks.task",
            record_id=task.pk,
            at=START + timedelta(seconds=second),
            due_at=START + timedelta(seconds=second),
            record_as_of=task.updated_at,
        )
        for second in sorted(set(seconds))
    )
    return {one.pk: one.due_at for one in made}


def told() -> list[Any]:
    return list(Notification.objects.filter(kind=REMINDER).values_list("source_id", flat=True))


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dues=st.lists(SECONDS, min_size=1, max_size=12),
    steps=st.lists(st.integers(-10 * 60, 10 * 60), min_size=1, max_size=8),
)
def test_a_clock_that_is_moved_tells_nothing_twice_and_nothing_that_lies_ahead_of_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, dues: list[int], steps: list[int]
) -> None:
    """Ten minutes on or back at each step: told is exactly what lay within the furthest that the clock has shown."""
    Notification.objects.all().delete()
    moments, now = fill(cast, dues), START
    furthest = START
    for step in (0, *steps):
        now += timedelta(seconds=step)
        furthest = max(furthest, now)
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        sweep()
        fire_due()
        assert sorted(told()) == sorted(pk for pk, due in moments.items() if due <= furthest)
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_two_that_run_at_once_tell_each_reminder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, so that both have work; the third one sweeps all the while."""
    monkeypatch.setattr("tasks.reminders.firing._BATCH", 7)
    moments = fill(make_cast(), list(range(120)))
    begin, taken = Barrier(3), [0, 0, 0]

    def work(place: int) -> None:
        begin.wait(10)
        taken[place] = fire_due() if place < 2 else sweep()
        connection.close()

    threads = [Thread(target=work, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told()) == sorted(moments)
    assert taken[0] + taken[1] == 120
    assert min(taken[:2]) > 0


ZONES = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])
DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))


@given(DAYS, st.integers(0, 40), st.times().map(lambda one: one.replace(microsecond=0)), ZONES)
def test_a_reminder_of_a_day_comes_at_its_hour_so_many_days_before(day: date, days: int, hour: time, zone: str) -> None:
    planned = ahead_of(day, days * 1440, Wall(ZoneInfo(zone), hour))
    assert planned is not None
    wall = planned.due_at.astimezone(ZoneInfo(zone))
    skipped = timedelta(hours=25) if zone == "Pacific/Apia" else timedelta(hours=1)
    meant = datetime.combine(day - timedelta(days=days), hour)
    assert timedelta() <= wall.replace(tzinfo=None) - meant <= skipped


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.integers(0, 300), ZONES, st.integers(0, 4000))
def test_birthdays_come_once_a_year_in_order(born: date, days: int, zone: str, start: int) -> None:
    wall, after, told_of = Wall(ZoneInfo(zone), time(9)), START + timedelta(days=start), ""
    years = []
    for _year in range(5):
        planned = next_yearly(born, days * 1440, wall, after=after, told_of=told_of)
        assert planned is not None
        assert planned.due_at >= after
        after, told_of = planned.due_at, planned.aim
        years.append(date.fromisoformat(planned.aim))
    assert [day.year for day in years] == list(range(years[0].year, years[0].year + 5))
    assert all(day == in_year(born, day.year) for day in years)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_days_that_no_clock_can_bear_remind_of_nothing(day: date) -> None:
    for zone in ("Pacific/Apia", "America/New_York"):
        for hour in (time(0), time(23, 59)):
            ahead_of(day, 3 * 1440, Wall(ZoneInfo(zone), hour))
    assert ahead_of(date(1, 1, 1), 3 * 1440, Wall(ZoneInfo("UTC"), time(9))) is None
