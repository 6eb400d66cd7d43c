"""Topics of the tests: their deliveries leave a note, which is a row of the outbox's own table that is done."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from crm.outbox.models import Message
from crm.outbox.registry import Delivery, register
from crm.outbox.services import put

INSIDE, OUTSIDE = "test.inside", "test.outside"
_NOTED = "test.noted"


def note(message: Message) -> None:
    Message.objects.create(topic=_NOTED, payload=message.payload, done_at=timezone.now())


def notes() -> list[str]:
    """What was delivered, in the order of delivery."""
    return [row.payload["word"] for row in Message.objects.filter(topic=_NOTED).order_by("pk")]


def put_and_fail(word: str) -> None:
    """A save that is rolled back after it has put a message."""
    with suppress(ZeroDivisionError), transaction.atomic():
        put(INSIDE, {"word": word})
        raise ZeroDivisionError


register(Delivery(INSIDE, note, is_inside=True))
register(Delivery(OUTSIDE, note))
