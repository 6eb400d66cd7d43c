"""Reminders as notifications: what they say now to their reader, and putting them off where they stand."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.notifications.models import MailChoice
from crm.notifications.registry import Act, Kind, Told, register
from crm.ui.addresses import address_of
from crm.ui.parts import shown_date
from tasks.models import Task
from tasks.reminders.anchors import Anchor, Said, anchor_of, anchors_of, is_hidden
from tasks.reminders.firing import REMINDER
from tasks.reminders.wording import CLOCK, told_words

if TYPE_CHECKING:
    from crm.notifications.models import Notification

#: What a reminder is put off by: minutes, or until the morning (tasks.services.reminders).
_OFFERED = ("10", "60", "tomorrow")


def tell_reminders(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing of what his role hides from him by now."""
    told = {}
    for notice in notices:
        anchor = _anchor(notice, reader)
        if anchor is not None and is_hidden(anchor, reader):
            continue
        said = _said(notice, anchor)
        words = told_words(notice.record, said, anchor, int(notice.data.get("late", 0)))
        told[notice.pk] = Told(words, _beneath(notice), notice.record.get_absolute_url(), _acts(notice))
    return told


def _anchor(notice: "Notification", reader: Any) -> Anchor | None:
    """What it was set ahead of; of one at a moment, what the record is about, as far as its reader sees it."""
    if notice.data.get("anchor"):
        return anchor_of(notice.record_type, notice.data["anchor"])
    return next(iter(anchors_of(notice.record_type, reader)), None) if isinstance(notice.record, Task) else None


def _said(notice: "Notification", anchor: Anchor | None) -> Said:
    """What the record says now; of what comes back every year, the day that this one was of."""
    if anchor is None:
        return None
    if anchor.is_yearly:
        return date.fromisoformat(notice.data["aim"])
    return anchor.read(notice.record)


def _beneath(notice: "Notification") -> str:
    until = parse_datetime(notice.data.get("snoozed", ""))
    note = str(notice.data.get("note", ""))
    if until is None:
        return note
    put_off = _("Put off until %(moment)s") % {"moment": moment_words(until)}
    return f"{note} · {put_off}" if note else put_off


def moment_words(moment: datetime) -> str:
    """ "15:00" of today, with the day of any other."""
    clock = shown_date(moment, CLOCK)
    if timezone.localdate(moment) == timezone.localdate():
        return clock
    return _("%(day)s, %(time)s") % {"day": shown_date(timezone.localdate(moment)), "time": clock}


def snooze_label(choice: str) -> str:
    return {"10": _("In 10 minutes"), "60": _("In 1 hour")}.get(choice, _("Tomorrow 9:00"))


def _acts(notice: "Notification") -> tuple[Act, ...]:
    if notice.pk is None or notice.data.get("snoozed"):
        return ()
    url = address_of("reminders:snooze", notice.pk)
    return tuple(Act(snooze_label(choice), url, "for", choice) for choice in _OFFERED)


def _several(who: str, record: str, count: int) -> str:
    sentence = ngettext("%(count)s reminder of “%(record)s”", "%(count)s reminders of “%(record)s”", count)
    return sentence % {"count": count, "record": record}


def register_kind() -> None:
    register(
        Kind(
            key=REMINDER,
            label=gettext_lazy("Reminders"),
            icon="clock",
            tell=tell_reminders,
            group=_several,
            heading=gettext_lazy("Tasks"),
            mail=MailChoice.NEVER,
        )
    )
