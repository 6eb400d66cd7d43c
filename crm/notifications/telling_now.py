"""Telling many people of many things in the transaction of the caller: for what must be told or not be marked as told.

`services.notify` is for a happening that others hear of once the save is through. Here the notification itself stands
and falls with the caller's own mark.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.access.sight import subject_of
from crm.notifications.choices import Choice, choices_of_people
from crm.notifications.delivering import mails_due, make_notice
from crm.notifications.models import Notification
from crm.notifications.registry import Kind, kind_of
from crm.notifications.services import MAIL, NOTIFY
from crm.outbox.models import Message

_AT_ONCE = 500


@dataclass(frozen=True)
class Happening:
    """`receiver` sees `record`: the caller has asked. With the same `key` it is told once, whoever tells it."""

    key: str
    receiver: Any
    record: Any
    source: tuple[str, UUID]
    data: Mapping[str, Any] = field(default_factory=dict)


def tell_now(kind_key: str, happenings: Sequence[Happening]) -> int:
    """Write a notification of each, at a fixed number of queries; how many.

    Left out are those that were told before, of which nothing may be said to the receiver, and of which he wants to
    hear nothing. Raises UnknownKind, and IntegrityError where another transaction tells one of them at this moment.
    """
    kind, now = kind_of(kind_key), timezone.now()
    fresh = _untold(happenings)
    wishes = choices_of_people(kind, {one.receiver.pk for one in fresh})
    wanted = [one for one in fresh if not wishes[one.receiver.pk].is_nothing]
    messages = Message.objects.bulk_create([_message(kind, one, now) for one in wanted], batch_size=_AT_ONCE)
    notices = _notices(kind, wanted, messages, wishes)
    stored = Notification.objects.bulk_create(notices, batch_size=_AT_ONCE)
    _put_mails(stored, now)
    return len(stored)


def _untold(happenings: Sequence[Happening]) -> list[Happening]:
    keys = [one.key for one in happenings]
    # The index holds none without a key, and has to be told so where there are many.
    kept = Message.objects.exclude(key="").filter(topic=NOTIFY, key__in=keys)
    told = set(kept.values_list("key", flat=True))
    return [one for one in happenings if one.key not in told]


def _message(kind: Kind, happening: Happening, now: datetime) -> Message:
    """A message that is delivered as it is written: it carries the key, and the place of the notification."""
    label, key = subject_of(happening.record)
    source_type, source_id = happening.source
    payload = {
        "kind": kind.key,
        "record": [label, str(key)],
        "source": [source_type, str(source_id)],
        "actor": None,
        "data": dict(happening.data),
        "at": now.isoformat(),
        "receivers": [happening.receiver.pk],
    }
    return Message(
        topic=NOTIFY, key=happening.key, payload=payload, created_at=now, due_at=now, done_at=now, attempts=1
    )


def _notices(
    kind: Kind, happenings: Sequence[Happening], messages: Iterable[Message], wishes: Mapping[int, Choice]
) -> list[Notification]:
    dues = mails_due(list({one.receiver.pk: one.receiver for one in happenings}.values()), wishes)
    of_reader: dict[int, tuple[Any, list[Notification]]] = {}
    for one, message in zip(happenings, messages, strict=True):
        notice = make_notice(message, kind, one.receiver, wishes[one.receiver.pk], dues.get(one.receiver.pk))
        notice.record = one.record
        of_reader.setdefault(one.receiver.pk, (one.receiver, []))[1].append(notice)
    return [notice for reader, notices in of_reader.values() for notice in _sayable(kind, notices, reader)]


def _sayable(kind: Kind, notices: Sequence[Notification], reader: Any) -> list[Notification]:
    """By a key for the while: what is told is found by that of the row, which is not stored yet."""
    for place, notice in enumerate(notices):
        notice.pk = place
    told = kind.tell(notices, reader)
    sayable = [notice for notice in notices if notice.pk in told]
    for notice in notices:
        notice.pk = None
    return sayable


def _put_mails(notices: Iterable[Notification], now: datetime) -> None:
    """Due later each, so that no worker has to hear of them at once."""
    Message.objects.bulk_create(
        [
            Message(topic=MAIL, payload={"user": one.user_id}, key=str(one.pk), created_at=now, due_at=one.mail_due_at)
            for one in notices
            if one.mail_due_at is not None
        ],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )
