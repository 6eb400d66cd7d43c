"""The reminders of one person, as far as he still sees what they are of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from crm.access.sight import Subject, seen_records, seen_sql
from tasks.models import Reminder
from tasks.models.reminders import ReminderQuerySet
from tasks.reminders.anchors import anchor_of, is_hidden
from tasks.reminders.wording import rule_words

_ON_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A reminder with what it is of; `rule` says what it is set ahead of, if anything."""

    reminder: Reminder
    record: Any
    rule: str


@dataclass(frozen=True)
class Page:
    """`after` is the key of the last line where there are more."""

    lines: Sequence[Line]
    after: UUID | None


def ahead_of(user: Any, *, after: UUID | None = None) -> Page:
    """What waits, the nearest first, from the reminder of this key on."""
    table = Reminder._meta.db_table
    sql, values = seen_sql(user, type_column=f"{table}.record_type", key_column=f"{table}.record_id")
    # The names are those of models; the values are parameters.
    waiting = Reminder.objects.live().filter(RawSQL(sql, values, BooleanField()), user=user)  # noqa: S611
    last = Reminder.objects.live().filter(user=user, pk=after).first() if after else None
    if last is not None:
        waiting = waiting.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
    found = list(waiting.order_by("due_at", "pk")[: _ON_PAGE + 1])
    return Page(_lines(found[:_ON_PAGE], user), found[_ON_PAGE - 1].pk if len(found) > _ON_PAGE else None)


def reminders_of(subject: Subject, user: Any) -> ReminderQuerySet:
    """His own of a record: those that wait, and those that rest until the record says something."""
    label, key = subject
    own = Reminder.objects.of_record(label, key).filter(user=user, fired_at=None)
    return own.exclude(due_at=None, at__isnull=False).order_by("due_at", "pk")


def lines_of_record(record: Any, user: Any) -> list[Line]:
    subject = (record._meta.label_lower, record.pk)
    return [Line(one, record, rule_words(one)) for one in reminders_of(subject, user) if _may_be_told(one, user)]


def own_reminder(user: Any, pk: UUID) -> Line | None:
    """None for another's, and for one of a record or a field that is out of his sight."""
    found = Reminder.objects.filter(user=user, pk=pk)
    return next(iter(_lines(found, user)), None)


def _lines(reminders: Iterable[Reminder], user: Any) -> list[Line]:
    own = list(reminders)
    seen = seen_records(user, {(one.record_type, one.record_id) for one in own})
    return [
        Line(one, seen[one.record_type, one.record_id], rule_words(one))
        for one in own
        if (one.record_type, one.record_id) in seen and _may_be_told(one, user)
    ]


def _may_be_told(reminder: Reminder, user: Any) -> bool:
    anchor = anchor_of(reminder.record_type, reminder.anchor)
    return not reminder.anchor or (anchor is not None and not is_hidden(anchor, user))
