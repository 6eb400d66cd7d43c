"""What those who save call: keep a message in the transaction of the save."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from crm.outbox.broker import tell_workers
from crm.outbox.jobs import deliver_inside, deliver_outside
from crm.outbox.models import Message
from crm.outbox.registry import delivery_of


def put(topic: str, payload: Mapping[str, Any], *, due_at: datetime | None = None, key: str = "") -> None:
    """Keep a message that is delivered after the commit, or at `due_at` if that is later.

    A second one with the same key of the same topic is left out. A broker that is down neither fails nor delays the
    caller. Raises UnknownTopic.
    """
    delivery = delivery_of(topic)
    now = timezone.now()
    message = Message(topic=topic, payload=dict(payload), key=key, created_at=now, due_at=due_at or now)
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if message.due_at <= now:
        _tell_after_commit(_tell_inside if delivery.is_inside else _tell_outside)


def _tell_after_commit(tell: Any) -> None:
    """Once a transaction, however many messages it puts."""
    # What was noted inside of a savepoint that was rolled back is in this list no more.
    noted: list[Any] = list(connection.run_on_commit)
    if all(told is not tell for _savepoints, told, _is_robust in noted):
        transaction.on_commit(tell, robust=True)


def _tell_inside() -> None:
    tell_workers(deliver_inside)


def _tell_outside() -> None:
    tell_workers(deliver_outside)


def retry_given_up(topic: str = "") -> int:
    """Let what was given up, of one topic or of all, begin again; how many."""
    given_up = Message.objects.given_up()
    chosen = given_up.filter(topic=topic) if topic else given_up
    return chosen.update(failed_at=None, claimed_until=None, attempts=0, due_at=timezone.now())
