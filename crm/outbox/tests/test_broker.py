"""A broker that is down or hangs: saves go on, and what they put comes after its recovery, once."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from crm.outbox import broker
from crm.outbox.jobs import deliver_inside
from crm.outbox.models import Message
from crm.outbox.services import put
from crm.outbox.testing import StoppableRedis, eventually, redis_as_broker, worker_with_beat
from crm.outbox.tests.noting import INSIDE, notes, put_and_fail

#: Seconds that a save may take: two are promised, and a machine full of tests gets more.
MOST = 4.0


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    broker._silent_until.clear()
    with redis_as_broker() as redis:
        yield redis
    broker._silent_until.clear()


def hears() -> bool:
    """On a busy machine a Redis that was started or thawed needs a moment to answer."""
    broker._silent_until.clear()
    return broker.tell_workers(deliver_inside)


def seconds_of_a_save(word: str) -> float:
    begun = time.monotonic()
    with transaction.atomic():
        put(INSIDE, {"word": word})
    return time.monotonic() - begun


@pytest.mark.django_db
def test_workers_are_told_once_a_transaction(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[object] = []
    monkeypatch.setattr("crm.outbox.services.tell_workers", lambda task: told.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        put(INSIDE, {"word": "first"})
        put_and_fail("second")
        put(INSIDE, {"word": "third"})
    assert told == [deliver_inside]


@pytest.mark.django_db
def test_a_telling_that_was_rolled_back_with_its_savepoint_is_made_again(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[object] = []
    monkeypatch.setattr("crm.outbox.services.tell_workers", lambda task: told.append(task))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        put_and_fail("lost")
        with transaction.atomic():
            put(INSIDE, {"word": "kept"})
    assert told == [deliver_inside]


def test_a_broker_that_hangs_is_asked_once_in_a_while(redis: StoppableRedis) -> None:
    assert eventually(hears)
    redis.freeze()
    begun = time.monotonic()
    assert not broker.tell_workers(deliver_inside)
    assert time.monotonic() - begun < MOST
    begun = time.monotonic()
    for _save in range(100):
        assert not broker.tell_workers(deliver_inside)
    assert time.monotonic() - begun < 0.5
    redis.thaw()
    assert eventually(hears)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_is_saved_while_redis_is_down_is_delivered_after_its_recovery_once(redis: StoppableRedis) -> None:
    with worker_with_beat(redis, "crm.outbox.tests.noting"):
        assert seconds_of_a_save("before") < MOST
        assert eventually(lambda: notes() == ["before"], within=8)
        redis.stop()
        assert seconds_of_a_save("down") < MOST
        assert seconds_of_a_save("still down") < MOST
        time.sleep(1)
        assert notes() == ["before"]
        redis.start()
        assert eventually(lambda: len(notes()) >= 3, within=60)
        time.sleep(2)
    assert notes() == ["before", "down", "still down"]
    assert not Message.objects.filter(done_at=None).exists()
