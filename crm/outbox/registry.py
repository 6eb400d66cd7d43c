"""Who delivers the messages of which topic. Apps register in their `deliveries.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.outbox.models import Message


class UnknownTopic(LookupError):
    """Nobody registered for messages of this topic."""


class NotNow(Exception):
    """Raised by a delivery whose moment has not come: the message waits for it, and nothing has failed."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(str(due_at))
        self.due_at = due_at


@dataclass(frozen=True)
class Delivery:
    """How messages of one topic are delivered; what `deliver` raises is a failure, and the message comes again.

    `is_inside`: it writes to our own database alone, so that it and its mark "done" are one transaction, and it happens
    exactly once whatever is killed. Others happen at least once: twice when a worker is killed between the two.
    """

    topic: str
    deliver: Callable[["Message"], None]
    is_inside: bool = False


_deliveries: dict[str, Delivery] = {}


def register(delivery: Delivery) -> None:
    """Called at start-up; the same topic replaces."""
    _deliveries[delivery.topic] = delivery


def delivery_of(topic: str) -> Delivery:
    """Raises UnknownTopic."""
    try:
        return _deliveries[topic]
    except KeyError:
        raise UnknownTopic(topic) from None


def topics(*, is_inside: bool) -> list[str]:
    return [delivery.topic for delivery in _deliveries.values() if delivery.is_inside == is_inside]
