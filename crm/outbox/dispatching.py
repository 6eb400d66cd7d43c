"""Delivering what is due: each message by one worker at a time, a failure never in the way of the others."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.outbox.models import OPEN, Message, MessageQuerySet
from crm.outbox.registry import NotNow, delivery_of, topics

# Longer than any delivery takes: who is silent for so long was killed.
LEASE = timedelta(minutes=3)
# Pauses after the first failures; hourly from then on.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 5 * 60, 15 * 60, 60 * 60))
# About three days.
MOST_ATTEMPTS = 76
# Seconds after which a round ends: the next one is for another worker, and for the messages that are due by then.
_LONGEST_ROUND = 20.0
_KEPT = timedelta(days=14)
_LONGEST_ERROR = 2_000
logger = logging.getLogger(__name__)


def dispatch_inside() -> int:
    """Deliver what is due inside of our database; how many messages were taken, failed ones too."""
    names = topics(is_inside=True)
    return _rounds(lambda: _deliver_inside(names))


def dispatch_outside() -> int:
    """Deliver what is due to other systems; how many messages were taken, failed ones too."""
    names = topics(is_inside=False)
    return _rounds(lambda: _deliver_outside(names))


def _rounds(deliver_next: Callable[[], bool]) -> int:
    end, taken = time.monotonic() + _LONGEST_ROUND, 0
    while time.monotonic() < end and deliver_next():
        taken += 1
    return taken


def _next_due(names: list[str]) -> Message | None:
    """The oldest message that no other worker holds, locked for this transaction."""
    return Message.objects.due().filter(topic__in=names).select_for_update(skip_locked=True).first()


def _deliver_inside(names: list[str]) -> bool:
    """What the delivery writes and the mark that it is done are one transaction."""
    with transaction.atomic():
        message = _next_due(names)
        if message is None:
            return False
        message.attempts += 1
        try:
            with transaction.atomic():
                delivery_of(message.topic).deliver(message)
        except Exception as fault:  # noqa: BLE001 whatever is wrong with one message, the others go on
            _put_off(message, fault)
        else:
            Message.objects.filter(pk=message.pk).update(done_at=timezone.now(), attempts=message.attempts)
    return True


def _deliver_outside(names: list[str]) -> bool:
    message = _claim(names)
    if message is None:
        return False
    try:
        delivery_of(message.topic).deliver(message)
    except Exception as fault:  # noqa: BLE001 as above
        _put_off(message, fault)
    else:
        # Also when the lease ran out meanwhile: what was sent was sent.
        Message.objects.filter(pk=message.pk).update(done_at=timezone.now(), failed_at=None, claimed_until=None)
    return True


@transaction.atomic
def _claim(names: list[str]) -> Message | None:
    """A message with a lease; the attempt counts from here, so that one that kills its workers is given up as well."""
    message = _next_due(names)
    if message is None:
        return None
    message.attempts += 1
    message.claimed_until = timezone.now() + LEASE
    message.save(update_fields=["attempts", "claimed_until"])
    return message


def _put_off(message: Message, fault: Exception) -> None:
    now = timezone.now()
    if isinstance(fault, NotNow):
        _held(message).update(attempts=message.attempts - 1, claimed_until=None, due_at=fault.due_at)
        return
    is_last = message.attempts >= MOST_ATTEMPTS
    _held(message).update(
        attempts=message.attempts,
        claimed_until=None,
        due_at=now + PAUSES[min(message.attempts, len(PAUSES)) - 1],
        failed_at=now if is_last else None,
        last_error=f"{type(fault).__name__}: {fault}".replace("\0", "")[:_LONGEST_ERROR],
    )
    if is_last:
        logger.error("Message %s of “%s” is given up.", message.pk, message.topic, exc_info=fault)
    else:
        logger.warning("Message %s of “%s” failed and comes again: %r", message.pk, message.topic, fault)


def _held(message: Message) -> MessageQuerySet:
    """Nothing when another has taken it over after our lease: it has the say then."""
    return Message.objects.filter(OPEN, pk=message.pk, claimed_until=message.claimed_until)


def forget_done() -> int:
    """Drop what was delivered two weeks ago; how many."""
    dropped, _each = Message.objects.filter(done_at__lt=timezone.now() - _KEPT).delete()
    return dropped
