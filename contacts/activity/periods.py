"""The days of which the page and the digest tell."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
    """Whole days in the time zone that is active; `first` and `last` are both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The moment after its end."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def is_week(self) -> bool:
        return self.first != self.last

    @property
    def length(self) -> timedelta:
        return self.last - self.first + timedelta(days=1)

    @property
    def label(self) -> str:
        if not self.is_week:
            return str(date_format(self.first, "l, j F Y"))
        told = {"first": date_format(self.first, "DATE_FORMAT"), "last": date_format(self.last, "DATE_FORMAT")}
        return _("%(first)s – %(last)s") % told

    @property
    def holds_today(self) -> bool:
        return self.first <= timezone.localdate() <= self.last


def day_of(day: date) -> Period:
    return Period(day, day)


def week_of(day: date) -> Period:
    """From Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def read_day(text: str) -> date:
    """An ISO day of a possible year; today for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if EARLIEST <= day <= LATEST else timezone.localdate()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
