"""Reminders in words: how long before what, how late, and what a record says of its day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.ui.parts import shown_date
from tasks.models.reminders import MINUTES_OF_DAY, Reminder
from tasks.reminders.anchors import Said, anchor_of

#: As people in these countries write it, and short.
CLOCK = "H:i"
_HOUR, _WEEK = 60, 7 * MINUTES_OF_DAY


@dataclass(frozen=True)
class Sentences:
    """With `record`, `day` and, of moments, `time`."""

    today: str | Promise
    tomorrow: str | Promise
    ahead: str | Promise
    past: str | Promise

    def say(self, name: str, said: date | datetime) -> str:
        """By the active clock and in the active language."""
        day = timezone.localdate(said) if isinstance(said, datetime) else said
        today = timezone.localdate()
        chosen = self.past if self._has_passed(said, today) else self.ahead
        if day == today and chosen is not self.past:
            chosen = self.today
        elif day - today == timedelta(days=1):
            chosen = self.tomorrow
        clock = shown_date(said, CLOCK) if isinstance(said, datetime) else ""
        return str(chosen) % {"record": name, "day": shown_date(day), "time": clock}

    @staticmethod
    def _has_passed(said: date | datetime, today: date) -> bool:
        return said < timezone.now() if isinstance(said, datetime) else said < today


def amount_words(minutes: int) -> str:
    """ "10 minutes", "1 hour", "2 days", "1 week": in the largest unit that it is whole in."""
    if minutes and minutes % _WEEK == 0:
        return ngettext("%(count)s week", "%(count)s weeks", minutes // _WEEK) % {"count": minutes // _WEEK}
    if minutes and minutes % MINUTES_OF_DAY == 0:
        count = minutes // MINUTES_OF_DAY
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if minutes and minutes % _HOUR == 0:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // _HOUR) % {"count": minutes // _HOUR}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def late_words(minutes: int) -> str:
    """Whole hours of what is later than two, whole days of what is later than that."""
    if minutes >= 2 * MINUTES_OF_DAY:
        return amount_words(minutes // MINUTES_OF_DAY * MINUTES_OF_DAY)
    return amount_words(minutes // _HOUR * _HOUR if minutes >= 2 * _HOUR else minutes)


def rule_words(reminder: Reminder) -> str:
    """ "10 minutes before it is due", "On the birthday"; nothing for one at a moment."""
    anchor = anchor_of(reminder.record_type, reminder.anchor)
    if anchor is None:
        return ""
    return before_words(anchor, reminder.before or 0)


def before_words(anchor: Any, minutes: int) -> str:
    return str(anchor.before) % {"amount": amount_words(minutes)} if minutes else str(anchor.on)


def told_words(record: Any, said: Said, anchor: Any, late: int) -> str:
    """The sentence of a reminder that has come; `late` is in minutes, 0 for in time."""
    what = (
        anchor.tell(record, said) if anchor is not None and said is not None else _("“%(record)s”") % {"record": record}
    )
    if late:
        return _("Reminder, %(time)s late: %(what)s") % {"time": late_words(late), "what": what}
    return _("Reminder: %(what)s") % {"what": what}
