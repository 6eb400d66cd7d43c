"""Delivering: once, in order, again after a failure, by one worker at a time."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from crm.outbox import dispatching
from crm.outbox.dispatching import LEASE, MOST_ATTEMPTS, PAUSES, dispatch_inside, dispatch_outside, forget_done
from crm.outbox.models import Message
from crm.outbox.registry import Delivery, NotNow, UnknownTopic, register
from crm.outbox.selectors import standing
from crm.outbox.services import put, retry_given_up
from crm.outbox.testing import deliver_all
from crm.outbox.tests.noting import INSIDE, OUTSIDE, note, notes, put_and_fail


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.outbox.services.tell_workers", lambda *_told: True)


@pytest.fixture
def faults() -> Iterator[list[Exception]]:
    """What the deliveries of the tests raise, one after the other, before they leave their notes."""
    faults: list[Exception] = []

    def deliver(message: Message) -> None:
        note(message)
        if faults:
            raise faults.pop(0)

    register(Delivery(INSIDE, deliver, is_inside=True))
    register(Delivery(OUTSIDE, deliver))
    yield faults
    register(Delivery(INSIDE, note, is_inside=True))
    register(Delivery(OUTSIDE, note))


def only(topic: str) -> Message:
    return Message.objects.get(topic=topic)


def hurry() -> None:
    """As if the pause after a failure were over."""
    Message.objects.filter(done_at=None).update(due_at=timezone.now())


@pytest.mark.django_db
def test_what_is_put_is_delivered_once_the_oldest_first() -> None:
    for word in ("first", "second", "third"):
        put(INSIDE, {"word": word})
    assert dispatch_inside() == 3
    assert dispatch_inside() == 0
    assert notes() == ["first", "second", "third"]


@pytest.mark.django_db
def test_what_was_put_goes_with_the_save_that_fails() -> None:
    put(INSIDE, {"word": "kept"})
    put_and_fail("lost")
    deliver_all()
    assert notes() == ["kept"]


@pytest.mark.django_db
def test_a_key_is_there_once_for_its_topic() -> None:
    for topic, key in ((INSIDE, "k"), (INSIDE, "k"), (OUTSIDE, "k"), (INSIDE, ""), (INSIDE, "")):
        put(topic, {"word": topic + key}, key=key)
    deliver_all()
    put(INSIDE, {"word": "again"}, key="k")
    deliver_all()
    assert sorted(notes()) == [INSIDE, INSIDE, f"{INSIDE}k", f"{OUTSIDE}k"]


@pytest.mark.django_db
def test_what_is_due_later_waits() -> None:
    put(OUTSIDE, {"word": "later"}, due_at=timezone.now() + timedelta(hours=1))
    assert deliver_all() == 0
    hurry()
    deliver_all()
    assert notes() == ["later"]


@pytest.mark.django_db
def test_an_unknown_topic_is_refused_and_one_that_went_away_waits() -> None:
    with pytest.raises(UnknownTopic):
        put("test.unknown", {})
    Message.objects.create(topic="test.unknown")
    put(INSIDE, {"word": "known"})
    assert deliver_all() == 1
    assert only("test.unknown").done_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("topic", [INSIDE, OUTSIDE])
def test_a_failure_holds_up_nobody_and_comes_again(topic: str, faults: list[Exception]) -> None:
    put(topic, {"word": "bad"})
    put(topic, {"word": "good"})
    faults.append(ValueError("no\0luck"))
    deliver_all()
    bad = Message.objects.filter(topic=topic, done_at=None).get()
    assert (bad.payload["word"], bad.attempts, bad.last_error) == ("bad", 1, "ValueError: noluck")
    assert timedelta(0) < bad.due_at - timezone.now() <= PAUSES[0]
    assert deliver_all() == 0
    hurry()
    deliver_all()
    assert notes()[-2:] == ["good", "bad"]


@pytest.mark.django_db
@pytest.mark.parametrize("topic", [INSIDE, OUTSIDE])
def test_a_delivery_may_wait_for_its_moment_and_has_not_failed(topic: str, faults: list[Exception]) -> None:
    put(topic, {"word": "early"})
    tomorrow = timezone.now() + timedelta(days=1)
    faults.append(NotNow(tomorrow))
    deliver_all()
    waiting = only(topic)
    assert (waiting.due_at, waiting.attempts, waiting.last_error, waiting.claimed_until) == (tomorrow, 0, "", None)
    hurry()
    deliver_all()
    assert only(topic).done_at is not None


@pytest.mark.django_db
def test_inside_a_failed_delivery_leaves_nothing(faults: list[Exception]) -> None:
    put(INSIDE, {"word": "bad"})
    faults.append(ValueError())
    deliver_all()
    assert notes() == []
    hurry()
    deliver_all()
    assert notes() == ["bad"]


@pytest.mark.django_db
def test_a_fault_of_the_database_in_one_delivery_leaves_the_others_alone() -> None:
    def deliver(message: Message) -> None:
        if message.payload["word"] == "bad":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        note(message)

    register(Delivery(INSIDE, deliver, is_inside=True))
    put(INSIDE, {"word": "bad"})
    put(INSIDE, {"word": "good"})
    deliver_all()
    register(Delivery(INSIDE, note, is_inside=True))
    assert notes() == ["good"]
    assert "division by zero" in Message.objects.get(topic=INSIDE, done_at=None).last_error


@pytest.mark.django_db
def test_pauses_grow_and_after_the_last_attempt_it_is_given_up(faults: list[Exception]) -> None:
    put(OUTSIDE, {"word": "bad"})
    pauses = []
    for _attempt in range(MOST_ATTEMPTS):
        faults.append(ConnectionError())
        hurry()
        deliver_all()
        pauses.append(round((only(OUTSIDE).due_at - timezone.now()).total_seconds()))
    assert pauses[:7] == [10, 60, 300, 900, 3600, 3600, 3600]
    assert timedelta(days=2.9) < timedelta(seconds=sum(pauses)) < timedelta(days=3.1)
    assert only(OUTSIDE).failed_at is not None
    hurry()
    assert deliver_all() == 0
    assert retry_given_up() == 1
    deliver_all()
    assert only(OUTSIDE).done_at is not None


@pytest.mark.django_db
def test_a_lease_keeps_others_away_until_it_runs_out() -> None:
    put(OUTSIDE, {"word": "held"})
    held = dispatching._claim([OUTSIDE])
    assert held is not None
    assert dispatch_outside() == 0
    Message.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert dispatch_outside() == 1
    assert (notes(), only(OUTSIDE).attempts) == (["held"], 2)


@pytest.mark.django_db
def test_a_failure_after_the_lease_was_lost_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put(OUTSIDE, {"word": "slow"})
    monkeypatch.setattr(dispatching, "LEASE", -LEASE)
    slow = dispatching._claim([OUTSIDE])
    monkeypatch.undo()
    quick = dispatching._claim([OUTSIDE])
    assert slow is not None
    assert quick is not None
    dispatching._put_off(slow, TimeoutError())
    assert (only(OUTSIDE).claimed_until, only(OUTSIDE).last_error) == (quick.claimed_until, "")
    dispatching._put_off(quick, TimeoutError())
    assert (only(OUTSIDE).claimed_until, only(OUTSIDE).last_error) == (None, "TimeoutError: ")


@pytest.mark.django_db
def test_what_is_done_is_dropped_after_two_weeks() -> None:
    for days in (13, 15):
        Message.objects.create(topic=INSIDE, done_at=timezone.now() - timedelta(days=days))
        Message.objects.create(topic=INSIDE, created_at=timezone.now() - timedelta(days=days))
    assert forget_done() == 1
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_the_command_tells_how_the_outbox_stands_and_retries(faults: list[Exception], capsys: Any) -> None:
    put(INSIDE, {"word": "good"})
    put(OUTSIDE, {"word": "bad"})
    faults += [ConnectionError("refused")] * 2
    dispatch_outside()
    faults.clear()
    dispatch_inside()
    assert [(line.topic, line.retrying, line.done) for line in standing() if line.topic != "test.noted"] == [
        (INSIDE, 0, 1),
        (OUTSIDE, 1, 0),
    ]
    Message.objects.filter(topic=OUTSIDE).update(failed_at=timezone.now())
    call_command("outbox", retry=True)
    assert "1 messages begin again" in capsys.readouterr().out
    call_command("outbox")
    assert "ConnectionError: refused" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_never_deliver_the_same_message() -> None:
    words = [f"{number:03}" for number in range(120)]
    for word in words:
        put(INSIDE, {"word": word})
        put(OUTSIDE, {"word": word})
    begin, taken = Barrier(3), [0, 0, 0]

    def work(place: int) -> None:
        begin.wait(10)
        taken[place] = deliver_all()
        connection.close()

    threads = [Thread(target=work, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(notes()) == sorted(words * 2)
    assert sum(taken) == 240
    assert min(taken) > 0
