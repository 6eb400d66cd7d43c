"""The reasons that versions carry: stored in English, told in the reader's language."""

import re
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.access.rights import Action

_RESTORED = "Restored the version of "
# The names of people and teams are kept as they were at the time, shortened to what the column holds.
_LONGEST_NAME = 40
_SHARED = re.compile(r"^Shared with (?P<name>.*): (?P<action>[a-z]+)(?: until (?P<until>\S+))?$")
_WITHDRAWN = re.compile(r"^No longer shared with (?P<name>.*): (?P<action>[a-z]+)$")


def restored_reason(moment: datetime) -> str:
    """The reason of a version that brought back the one of this moment."""
    return f"{_RESTORED}{moment.isoformat(timespec='seconds')}"


def shared_reason(name: str, *, action: str, until: datetime | None) -> str:
    """The reason of a version that tells of a share; `name` is the person's or the team's."""
    end = f" until {until.isoformat(timespec='seconds')}" if until else ""
    return f"Shared with {name[:_LONGEST_NAME]}: {action}{end}"


def withdrawn_reason(name: str, *, action: str) -> str:
    return f"No longer shared with {name[:_LONGEST_NAME]}: {action}"


def reason_text(stored: str | None) -> str:
    """A stored reason for the active language and time zone; text that no catalogue knows stays as it is."""
    if not stored:
        return ""
    if stored.startswith(_RESTORED):
        return _restored_text(stored)
    return _sharing_text(stored) or _(stored)


def last_day(until: datetime) -> str:
    """The day at whose end this moment lies, in words for the active language and time zone."""
    return date_format(timezone.localtime(until - timedelta(microseconds=1)), "DATE_FORMAT")


def _sharing_text(stored: str) -> str:
    found = _SHARED.match(stored)
    if found and found["action"] in Action.values:
        return _shared_text(found["name"], str(Action(found["action"]).label), found["until"])
    found = _WITHDRAWN.match(stored)
    if found and found["action"] in Action.values:
        told = {"name": found["name"], "right": Action(found["action"]).label}
        return _("No longer shared with %(name)s: %(right)s") % told
    return ""


def _shared_text(name: str, right: str, until: str | None) -> str:
    if until is None:
        return _("Shared with %(name)s: %(right)s") % {"name": name, "right": right}
    try:
        day = last_day(datetime.fromisoformat(until))
    except (ValueError, OverflowError):
        return ""
    return _("Shared with %(name)s: %(right)s, until %(day)s") % {"name": name, "right": right, "day": day}


def _restored_text(stored: str) -> str:
    try:
        moment = datetime.fromisoformat(stored.removeprefix(_RESTORED))
    except ValueError:
        return stored
    if timezone.is_naive(moment):
        return stored
    shown = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    return _("Restored the version of %(date)s") % {"date": shown}
