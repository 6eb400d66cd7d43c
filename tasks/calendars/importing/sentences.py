"""What is said of each event of a file, in words for whoever uploaded it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.calendars.importing.alarms import takes_alarms
from tasks.calendars.reading.found import Found
from tasks.calendars.reading.moments import OWN, UNKNOWN

#: Why an event cannot become a task, by the code of the reader.
PROBLEMS = {
    "broken": gettext_lazy("It is damaged and could not be read."),
    "no_start": gettext_lazy("It has no date, or one that makes no sense."),
    "out_of_range": gettext_lazy("Its date lies before 1990 or after 2199."),
}


def losses(found: Found, *, is_rule_kept: bool) -> Iterator[str]:
    """What of the event is not taken over, or not as it was."""
    if found.zone_note == OWN:
        yield _("Its time zone “%(zone)s” is defined in the file alone: the time is right, and kept by UTC.") % {
            "zone": found.zone_name
        }
    if found.zone_note == UNKNOWN:
        yield _("Nobody knows its time zone “%(zone)s”: the time is taken by your own clock.") % {
            "zone": found.zone_name
        }
    yield from _losses_of_series(found, is_rule_kept=is_rule_kept)
    if found.alarms and not takes_alarms():
        yield _("Its reminders are not taken over.")
    if 0 < found.percent < 100:
        yield _("How far it is (%(percent)s%%) is told by its status alone.") % {"percent": found.percent}


def _losses_of_series(found: Found, *, is_rule_kept: bool) -> Iterator[str]:
    if found.is_rule_lost or (found.rule and not is_rule_kept):
        yield _("It repeats by a rule that tasks cannot follow: only the next one is taken.")
    if found.exceptions and is_rule_kept:
        yield ngettext(
            "%(count)s later exception of its series is not kept.",
            "%(count)s later exceptions of its series are not kept.",
            found.exceptions,
        ) % {"count": found.exceptions}
    if found.further_dates:
        yield ngettext(
            "%(count)s further date of it is not kept.", "%(count)s further dates of it are not kept.",
            found.further_dates,
        ) % {"count": found.further_dates}  # fmt: skip
