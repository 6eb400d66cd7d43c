"""A thousand reminders of one minute, while workers are killed and Redis is away: each once, and soon.

PORADA_REMINDER_MINUTE=60 makes it the whole minute; the suite presses it together.
"""

import os
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from crm.notifications.models import Notification
from crm.outbox import broker
from crm.outbox.models import Message
from crm.outbox.testing import StoppableRedis, eventually, redis_as_broker, worker_with_beat
from tasks.models import Reminder
from tasks.reminders.firing import REMINDER, fire_due
from tasks.tests.factories import make_task
from teams.tests.factories import Cast, make_cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HOW_MANY = 1_000
#: Seconds over which they are due, of which Redis is away for the second third.
MINUTE = float(os.environ.get("PORADA_REMINDER_MINUTE", "12"))
#: What is promised of the 95th of 100 after the recovery.
MOST = 30.0


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    broker._silent_until.clear()
    with redis_as_broker() as redis:
        yield redis
    broker._silent_until.clear()


def fill(cast: Cast, begin: datetime, seconds: float, count: int = HOW_MANY) -> dict[Any, datetime]:
    """So many, of three people, evenly over these seconds."""
    people = (cast.ann, cast.bob, cast.fin)
    tasks = {person.pk: make_task(person) for person in people}
    Reminder.objects.all().delete()
    made = []
    for number in range(count):
        person = people[number % len(people)]
        moment = begin + timedelta(seconds=seconds * number / count)
        task = tasks[person.pk]
        made.append(
            Reminder(
                user=person,
                record_type="tasks.task",
                record_id=task.pk,
                at=moment,
                due_at=moment,
                record_as_of=task.updated_at,
            )
        )
    return {one.pk: one.at for one in Reminder.objects.bulk_create(made)}  # type: ignore[misc]


def told() -> Counter[Any]:
    return Counter(Notification.objects.filter(kind=REMINDER).values_list("source_id", flat=True))


class Watch:
    """When each notification was first there to be read, by asking again and again."""

    def __init__(self) -> None:
        self.seen: dict[Any, datetime] = {}

    def look(self) -> int:
        for key in told().keys() - self.seen.keys():
            self.seen[key] = timezone.now()
        return len(self.seen)

    def until(self, end: datetime) -> None:
        while timezone.now() < end:
            self.look()
            time.sleep(0.2)


def kill(worker: Any) -> None:
    """With its children, as a machine that loses its power does; they die with their parent."""
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)


def test_a_thousand_in_a_minute_come_once_each_though_workers_are_killed_and_redis_is_away(
    redis: StoppableRedis, capsys: pytest.CaptureFixture[str]
) -> None:
    cast, watch = make_cast(), Watch()
    with worker_with_beat(redis) as first:
        begin = timezone.now() + timedelta(seconds=2)
        moments = fill(cast, begin, MINUTE)
        watch.until(begin + timedelta(seconds=MINUTE / 3))
        redis.stop()
        watch.until(begin + timedelta(seconds=MINUTE / 2))
        kill(first)
        watch.until(begin + timedelta(seconds=2 * MINUTE / 3))
        assert watch.look() < HOW_MANY
        redis.start()
        recovered = timezone.now()
        with worker_with_beat(redis):
            assert eventually(lambda: watch.look() >= HOW_MANY, within=MINUTE + 60)
            # What is told twice would be told by now.
            time.sleep(6)
    counts = told()
    assert set(counts) == set(moments)
    assert set(counts.values()) == {1}
    assert not Reminder.objects.live().exists()
    assert Message.objects.filter(key__startswith="reminder ").count() == HOW_MANY
    delays = [(watch.seen[key] - max(moment, recovered)).total_seconds() for key, moment in moments.items()]
    after = [delay for key, delay in zip(moments, delays, strict=True) if watch.seen[key] >= recovered]
    p95 = statistics.quantiles(after, n=20)[-1]
    with capsys.disabled():
        print(f"\n{HOW_MANY} in {MINUTE:.0f} s: {len(after)} told after the recovery, p95 {p95:.1f} s")
    assert len(after) > HOW_MANY / 2
    assert p95 < MOST


def test_a_worker_that_is_killed_between_the_claim_and_the_commit_has_told_nothing(redis: StoppableRedis) -> None:
    cast = make_cast()
    moments = fill(cast, timezone.now() - timedelta(minutes=10), 60, count=20)
    with worker_with_beat(redis, "tasks.tests.slow_telling") as worker:
        assert eventually(_is_held, within=30)
        kill(worker)
    assert (told(), Reminder.objects.live().count()) == (Counter(), 20)
    # The database sees that the worker is gone, and lets go of what it held.
    assert eventually(lambda: not _is_held(), within=30)
    # Two that are back after ten minutes: once each, and late.
    with worker_with_beat(redis), worker_with_beat(redis):
        assert eventually(lambda: len(told()) == 20, within=40)
        time.sleep(6)
    assert told() == Counter(moments.keys())
    assert {notice.data["late"] >= 9 for notice in Notification.objects.filter(kind=REMINDER)} == {True}
    assert fire_due() == 0


def _is_held() -> bool:
    """Whether somebody holds all of them in his transaction."""
    with transaction.atomic():
        return not Reminder.objects.live().select_for_update(skip_locked=True).exists()
