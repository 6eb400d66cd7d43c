"""What people do with their reminders: set, change and remove them, put off what was told, choose what they want."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.sight import seen_records, subject_of
from crm.notifications.models import Notification
from crm.notifications.services import mark_read
from tasks.models import LAST_DAY, Reminder, ReminderSettings
from tasks.models.reminders import LIVE, ReminderQuerySet, zone_named
from tasks.reminders.anchors import anchor_of, is_hidden, is_remindable
from tasks.reminders.firing import REMINDER
from tasks.reminders.moments import at_wall
from tasks.reminders.planning import has_passed, plan_new, replan
from tasks.reminders.selectors import reminders_of

#: What a reminder can be put off by, each in minutes; or until nine tomorrow.
SNOOZES = {"10": 10, "60": 60}
TOMORROW = "tomorrow"
_MORNING = time(9)
_MEANING = ("at", "anchor", "before", "clock")
#: So many of one person for one record: more is a slip, or a script.
MOST_OF_RECORD = 20


class ReminderRefused(ValidationError):
    """It cannot be as it was sent; nothing was stored. Its text is for the user."""


@transaction.atomic
def set_reminder(reminder: Reminder, *, actor: Any) -> Reminder:
    """Store a new reminder of the actor's own. Raises ReminderRefused; PermissionDenied for what he does not see."""
    reminder.user = reminder.created_by = actor
    _refuse_unseen(reminder, actor)
    own = Reminder.objects.of_record(reminder.record_type, reminder.record_id).filter(user=actor)
    if own.filter(LIVE).count() >= MOST_OF_RECORD:
        raise ReminderRefused(_("You have %(most)s reminders of this already.") % {"most": MOST_OF_RECORD})
    plan_new(reminder)
    _refuse_past(reminder)
    same = _same_of(own, reminder)
    return _set_again(same, reminder) if same is not None else _stored(reminder)


@transaction.atomic
def change_reminder(reminder: Reminder, *, actor: Any) -> Reminder:
    """Store what a reminder of the actor's is meant as now. Raises as `set_reminder`."""
    if reminder.user_id != actor.pk:
        raise PermissionDenied
    _refuse_unseen(reminder, actor)
    Reminder.objects.select_for_update().get(pk=reminder.pk)
    reminder.is_default = False
    plan_new(reminder)
    _refuse_past(reminder)
    return _stored(reminder)


@transaction.atomic
def remove_reminder(reminder: Reminder, *, actor: Any) -> None:
    """Raises PermissionDenied for another's."""
    if reminder.user_id != actor.pk:
        raise PermissionDenied
    reminder.delete()


@transaction.atomic
def replace_reminders(record: Record, meant: Sequence[Mapping[str, Any]], *, actor: Any) -> None:
    """Make these the actor's own reminders of a record: known ones stay, others are added or removed.

    One whose moment has passed rests until the record says another one. Raises PermissionDenied, ReminderRefused.
    """
    label, key = subject_of(record)
    present = list(reminders_of((label, key), actor).select_for_update())
    wanted = {_meaning(one): one for one in meant}
    if len(wanted) > MOST_OF_RECORD:
        raise ReminderRefused(_("Set %(most)s reminders at most.") % {"most": MOST_OF_RECORD})
    for reminder in present:
        one = wanted.pop(_meaning(reminder), None)
        if one is None:
            reminder.delete()
        elif one["note"] != reminder.note:
            reminder.note = one["note"]
            reminder.save(update_fields=["note"])
    for one in wanted.values():
        new = Reminder(user=actor, created_by=actor, record_type=label, record_id=key, **one)
        _refuse_unseen(new, actor)
        plan_new(new)
        own = Reminder.objects.of_record(label, key).filter(user=actor)
        same = _same_of(own, new)
        if same is None:
            _stored(new)
        else:
            _set_again(same, new)


def _meaning(one: Any) -> tuple[Any, ...]:
    """What makes two reminders of a person and a record the same."""
    return tuple(one[name] if isinstance(one, Mapping) else getattr(one, name) for name in _MEANING)


@transaction.atomic
def snooze(notice: Notification, choice: str, *, actor: Any) -> Reminder:
    """Tell a reminder of the actor's again: in so many minutes, or at nine tomorrow. What was told is read.

    Raises ReminderRefused for any other choice, PermissionDenied for what he does not see.
    """
    # Twice sent is told again once.
    notice = Notification.objects.select_for_update().get(pk=notice.pk)
    if notice.user_id != actor.pk or notice.kind != REMINDER:
        raise PermissionDenied
    at = snoozed_until(choice, actor)
    before = parse_datetime(str(notice.data.get("snoozed", "")))
    if before is not None and abs(at - before) < _AT_ONCE:
        raise ReminderRefused(_("You have put this reminder off already."))
    note = str(notice.data.get("note", ""))
    again = Reminder(record_type=notice.record_type, record_id=notice.record_id, at=at, note=note)
    set_reminder(again, actor=actor)
    notice.data = {**notice.data, "snoozed": at.isoformat()}
    notice.save(update_fields=["data"])
    mark_read(notice, actor=actor)
    return again


# A second press of the same button.
_AT_ONCE = timedelta(minutes=1)


def snoozed_until(choice: str, user: Any) -> datetime:
    """Raises ReminderRefused."""
    now = timezone.now().replace(microsecond=0)
    if choice == TOMORROW:
        zone = zone_named(user.time_zone)
        return at_wall(now.astimezone(zone).date() + timedelta(days=1), _MORNING, zone)
    if choice not in SNOOZES:
        raise ReminderRefused(_("Choose one of the times that are offered."))
    return now + timedelta(minutes=SNOOZES[choice])


@transaction.atomic
def choose_settings(settings: ReminderSettings, *, actor: Any) -> ReminderSettings:
    """Store what the actor wants of his reminders; those of days that wait come at his new hour."""
    settings.user = actor
    settings.save()
    of_days = Reminder.objects.live().filter(user=actor, clock=None).exclude(zone="")
    replan(list(of_days.select_for_update().order_by("pk")))
    return settings


def _refuse_unseen(reminder: Reminder, actor: Any) -> None:
    subject = (reminder.record_type, reminder.record_id)
    if not is_remindable(reminder.record_type) or subject not in seen_records(actor, [subject]):
        raise PermissionDenied
    if not reminder.anchor:
        return
    anchor = anchor_of(reminder.record_type, reminder.anchor)
    if anchor is None or is_hidden(anchor, actor):
        raise PermissionDenied


def _refuse_past(reminder: Reminder) -> None:
    if has_passed(reminder):
        raise ReminderRefused(_("This moment has already passed."))
    if reminder.at is not None and reminder.at.date() > LAST_DAY:
        raise ReminderRefused(_("Give a day up to the year %(last)s.") % {"last": LAST_DAY.year})


def _same_of(own: ReminderQuerySet, reminder: Reminder) -> Reminder | None:
    meant = {name: getattr(reminder, name) for name in _MEANING}
    return own.filter(**meant).first()


def _set_again(same: Reminder, reminder: Reminder) -> Reminder:
    """The same one is there: it is the user's own now, and has his note; what was told or rests is worked out anew."""
    same.note, same.is_default = reminder.note or same.note, False
    if not same.is_live:
        plan_new(same)
    same.save()
    return same


def _stored(reminder: Reminder) -> Reminder:
    try:
        with transaction.atomic():
            reminder.save()
    except IntegrityError as fault:
        raise ReminderRefused(_("You have this reminder already.")) from fault
    return reminder
