"""Telling the receivers: a row for each of those who may see the record when the message is delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.access.sight import seen_records
from crm.notifications.choices import Choice, choices_of_people, zone_of
from crm.notifications.models import DeliverySettings, MailChoice, Notification
from crm.notifications.quiet import QuietHours, after_quiet
from crm.notifications.registry import Kind, kind_of
from crm.notifications.services import MAIL
from crm.outbox.models import Message
from crm.outbox.services import put

# A mail waits so long for what comes on its heels, and for a reader who is there and needs none.
GATHERING = timedelta(seconds=30)


def deliver(message: Message) -> None:
    """Runs in one transaction with the mark that the message is done."""
    happening = message.payload
    kind = kind_of(happening["kind"])
    label, key = happening["record"]
    records = _who_see((label, UUID(key)), happening["receivers"])
    wishes = choices_of_people(kind, [person.pk for person in records])
    told = [person for person in records if not wishes[person.pk].is_nothing]
    dues = mails_due(told, wishes)
    notices = {person: make_notice(message, kind, person, wishes[person.pk], dues.get(person.pk)) for person in told}
    sayable = [one for person, one in notices.items() if _says_something(kind, one, records[person], person)]
    Notification.objects.bulk_create(sayable, ignore_conflicts=True)
    _put_mails(message)


def _who_see(subject: tuple[str, UUID], receivers: Sequence[int]) -> dict[Any, Any]:
    """Each of the receivers who sees the record, with the record."""
    people = get_user_model()._default_manager.filter(pk__in=receivers, is_active=True)
    seen = {person: seen_records(person, [subject]).get(subject) for person in people}
    return {person: record for person, record in seen.items() if record is not None}


def _says_something(kind: Kind, notice: Notification, record: Any, person: Any) -> bool:
    """Not what was deleted before it was told: the bell would count it, and nothing would show it."""
    notice.record = record
    return bool(kind.tell([notice], person))


def mails_due(people: Sequence[Any], wishes: Mapping[int, Choice]) -> dict[int, datetime]:
    """When each of those who want a mail at once is to get it."""
    mailed = [person for person in people if wishes[person.pk].mail == MailChoice.NOW and person.email]
    quiet = _quiet_hours(mailed)
    soon = timezone.now() + GATHERING
    return {person.pk: after_quiet(soon, quiet.get(person.pk), zone_of(person)) for person in mailed}


def _quiet_hours(people: Sequence[Any]) -> dict[int, QuietHours | None]:
    rows = DeliverySettings.objects.filter(user_id__in=[person.pk for person in people])
    return {row.user_id: row.quiet_hours for row in rows}


def make_notice(message: Message, kind: Kind, person: Any, wish: Choice, mail_due_at: datetime | None) -> Notification:
    happening = message.payload
    label, key = happening["record"]
    source_type, source_id = happening["source"]
    return Notification(
        user_id=person.pk,
        kind=kind.key,
        record_type=label,
        record_id=UUID(key),
        source_type=source_type,
        source_id=UUID(source_id) if source_id else None,
        actor_id=happening["actor"],
        data=happening["data"],
        group_key=_group_key(message, kind),
        message_id=message.pk,
        created_at=parse_datetime(happening["at"]) or timezone.now(),
        is_in_product=wish.is_in_product,
        mail_due_at=mail_due_at,
    )


def _group_key(message: Message, kind: Kind) -> str:
    if kind.group is None:
        return f"{kind.key} {message.pk}"
    if kind.is_across_records:
        return f"{kind.key} by {message.payload['actor']}"
    return f"{kind.key} {':'.join(message.payload['record'])}"


def _put_mails(message: Message) -> None:
    due = Notification.objects.filter(message_id=message.pk, mail_due_at__isnull=False)
    for pk, user_id, mail_due_at in due.values_list("pk", "user_id", "mail_due_at"):
        put(MAIL, {"user": user_id}, due_at=mail_due_at, key=str(pk))
