"""What writers of records call to tell people, and what people do with what they were told."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.access.models import Record
from crm.access.sight import subject_of
from crm.notifications.models import Notification, NotificationQuerySet
from crm.notifications.registry import kind_of
from crm.outbox.services import put

#: The topic of the message by which people are told, and of the mails that follow.
NOTIFY, MAIL, DIGEST = "notifications.notify", "notifications.mail", "notifications.digest"


def notify(
    kind: str,
    *,
    record: Record,
    receivers: Collection[int],
    actor: Any,
    source: tuple[str, UUID] | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Tell these people (primary keys) after the commit; those who do not see the record by then are left out.

    One row of the outbox, however many they are. The actor is never told of what he did himself. `source` is the label
    and key of the row that it is about. `data` is for the kind's own `tell`; its `others` says for how many happenings
    more this one stands. Raises UnknownKind.
    """
    kind_of(kind)
    actor_id = getattr(actor, "pk", None)
    told = sorted({receiver for receiver in receivers if receiver is not None} - {actor_id})
    if not told:
        return
    label, key = subject_of(record)
    source_type, source_id = source or ("", None)
    happening = {
        "kind": kind,
        "record": [label, str(key)],
        "source": [source_type, str(source_id) if source_id else None],
        "actor": actor_id,
        "data": dict(data or {}),
        "at": timezone.now().isoformat(),
    }
    put(NOTIFY, {**happening, "receivers": told})


def forget(source: tuple[str, UUID]) -> None:
    """Take back what people were told of a row that is no more, such as a deleted comment."""
    source_type, source_id = source
    Notification.objects.filter(source_type=source_type, source_id=source_id).delete()


def move(source: tuple[str, UUID], *, to: Record) -> None:
    """What people were told of a row is about another record now: only who sees that one is shown it.

    It stands in a line of its own: those that it stood with are about the record of before.
    """
    source_type, source_id = source
    label, key = subject_of(to)
    told = Notification.objects.filter(source_type=source_type, source_id=source_id)
    told.update(record_type=label, record_id=key, group_key=f"{source_type} {source_id}")


def mark_read(notice: Notification, *, actor: Any) -> list[int]:
    """Its line is read: the notification, and those before it that stand in one line with it. Their keys."""
    together = _own(actor).unread().filter(group_key=notice.group_key, pk__lte=notice.pk)
    return _marked(together, timezone.now())


def mark_unread(notice: Notification, *, actor: Any) -> list[int]:
    """Takes back what `mark_read` did, for the same line. The keys of what is unread again."""
    if notice.read_at is None:
        return []
    return _marked(_own(actor).filter(group_key=notice.group_key, read_at=notice.read_at), None)


def mark_all_read(*, actor: Any, newest: int) -> None:
    """All but those that came after `newest`, the last one that the person can have known of."""
    _own(actor).unread().filter(pk__lte=newest).update(read_at=timezone.now())


def _own(actor: Any) -> NotificationQuerySet:
    return Notification.objects.filter(user_id=actor.pk)


def _marked(notices: NotificationQuerySet, moment: datetime | None) -> list[int]:
    keys = list(notices.values_list("pk", flat=True))
    Notification.objects.filter(pk__in=keys).update(read_at=moment)
    return keys
