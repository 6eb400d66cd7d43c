"""Shared by the tests of notifications: a kind of their own, and the way from a happening to its receivers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.notifications.models import MailChoice, Notification, Preference
from crm.notifications.registry import Kind, Told, register
from crm.notifications.services import NOTIFY, notify
from crm.outbox.models import Message
from crm.outbox.testing import deliver_all

NOTED = "test.noted"
#: What may not be said any more, as of a deleted comment.
silenced: set[int] = set()


def _tell(notices: Sequence[Notification], reader: Any) -> Mapping[int, Told]:
    return {
        notice.pk: Told(
            f"{notice.actor} noted {notice.record}", notice.data.get("excerpt", ""), notice.record.get_absolute_url()
        )
        for notice in notices
        if notice.pk not in silenced
    }


def _tell_group(who: str, record: str, count: int) -> str:
    return f"{who} noted {record} {count} times"


# It stands among the choices of whatever test runs with these, also of those that look for untranslated words.
register(Kind(key=NOTED, label="Shipyard", icon="notes", tell=_tell, group=_tell_group, heading="Sailing"))


def tell(record: Any, *receivers: Any, actor: Any, **more: Any) -> None:
    """Notify, and deliver what comes of it inside."""
    notify(NOTED, record=record, receivers=[receiver.pk for receiver in receivers], actor=actor, **more)
    deliver_all()


def share_untold(record: Any, user: Any, *, owner: Any) -> None:
    """Let somebody see a record, without the notification that sharing brings: the tests count others."""
    record.refresh_from_db()
    share(record, action=Action.VIEW, actor=owner, with_user=user)
    Message.objects.filter(topic=NOTIFY, done_at=None).delete()


def withdraw_from(record: Any, user: Any, *, owner: Any) -> None:
    record.refresh_from_db()
    withdraw(record, action=Action.VIEW, actor=owner, with_user=user)


def prefer(user: Any, kind: str = NOTED, *, mail: MailChoice = MailChoice.NEVER, is_in_product: bool = True) -> None:
    values = {"mail": mail, "is_in_product": is_in_product}
    Preference.objects.update_or_create(user=user, kind=kind, defaults=values)


def hurry() -> None:
    """As if every mail and message were due by now."""
    past = timezone.now() - timedelta(seconds=1)
    Notification.objects.filter(mail_due_at__gt=past).update(mail_due_at=past)
    Message.objects.filter(done_at=None, due_at__gt=past).update(due_at=past)


def sentences(lines: Sequence[Any]) -> list[str]:
    return [line.sentence for line in lines]
