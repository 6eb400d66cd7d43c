"""From a text to a moment in the reader's zone: dateparser reads the day, the clock and the zone are applied here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _

from contacts.moments.clock import NotUnderstood
from contacts.moments.library import Library, Prefer
from contacts.moments.wording import Kind, Wording, take_apart

_LONGEST_TEXT = 100
_YEARS = range(1970, 2101)
_NEXT_TRY: dict[Prefer, timedelta] = {"past": timedelta(days=-1), "future": timedelta(days=1)}


class NotAMoment(ValueError):
    """Its text is a sentence for the user, in his language."""


@dataclass(frozen=True)
class Moment:
    """Without a time of its own, `at` has the day that was meant at the time of day of now."""

    at: datetime
    has_time: bool


def read_moment(text: str, *, now: datetime, language: str, prefer: Prefer = "past") -> Moment:
    """`now` is aware, in the reader's zone. Raises NotAMoment, also for what lies on the other side of now."""
    try:
        moment = _understand(text, Library(now=now, language=language, prefer=prefer))
    except NotUnderstood as error:
        raise NotAMoment(_how_to_write(prefer)) from error
    # Two moments of one zone would be compared by their wall clocks, which lie when an hour comes twice.
    distance = moment.at.astimezone(UTC) - now.astimezone(UTC)
    if prefer == "past" and distance > timedelta():
        raise NotAMoment(_("This moment is still to come."))
    if prefer == "future" and distance < timedelta():
        raise NotAMoment(_("This moment has already passed."))
    return moment


def _how_to_write(prefer: Prefer) -> str:
    if prefer == "past":
        return _("Write when it was, for example “yesterday 15:00”.")
    return _("Write when it will be, for example “tomorrow 10:00”.")


def _understand(text: str, library: Library) -> Moment:
    if len(text) > _LONGEST_TEXT or not " ".join(text.split()).isprintable():
        raise NotUnderstood
    wording = take_apart(text)
    if wording.kind == Kind.TIME_ALONE and wording.time is not None:
        return Moment(_nearest(wording.time, library.now, library.prefer), has_time=True)
    if wording.kind == Kind.RELATIVE and library.is_elapsed(wording.day):
        return Moment(_elapsed(wording, library), has_time=True)
    day = _within_years(library.day(wording))
    if wording.weekday not in (None, day.weekday()):
        raise NotUnderstood
    if wording.time is not None:
        return Moment(_on_the_wall(day, wording.time, library.now.tzinfo), has_time=True)
    return Moment(_at_the_time_of(day, library.now), has_time=False)


def _nearest(clock: time, now: datetime, prefer: Prefer) -> datetime:
    """A time alone is today's, or the next day's on the side that is preferred."""
    today = _on_the_wall(now.date(), clock, now.tzinfo)
    is_later = today.astimezone(UTC) > now.astimezone(UTC)
    if today.astimezone(UTC) == now.astimezone(UTC) or is_later == (prefer == "future"):
        return today
    return _on_the_wall(now.date() + _NEXT_TRY[prefer], clock, now.tzinfo)


def _elapsed(wording: Wording, library: Library) -> datetime:
    """Two hours ago is 120 minutes ago, also when the clocks were changed in between."""
    if wording.time is not None:
        raise NotUnderstood
    instant = library.instant(wording.day)
    _within_years(instant.date())
    return instant.astimezone(library.now.tzinfo)


def _at_the_time_of(day: date, now: datetime) -> datetime:
    # Today is now itself: its wall clock alone would not tell the second of two equal hours.
    return now if day == now.date() else _on_the_wall(day, now.time(), now.tzinfo)


def _on_the_wall(day: date, clock: time, zone: tzinfo | None) -> datetime:
    """The first of two equal hours; a time that the clocks skip moves forward by what they skip."""
    first = datetime.combine(day, clock.replace(fold=0), tzinfo=zone)
    return first.astimezone(UTC).astimezone(zone)


def _within_years(day: date) -> date:
    if day.year not in _YEARS:
        raise NotAMoment(_("The year must lie between 1970 and 2100."))
    return day
