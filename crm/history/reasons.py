"""The reasons that versions carry: stored in English, told in the reader's language."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_RESTORED = "Restored the version of "


def restored_reason(moment: datetime) -> str:
    """The reason of a version that brought back the one of this moment."""
    return f"{_RESTORED}{moment.isoformat(timespec='seconds')}"


def reason_text(stored: str | None) -> str:
    """A stored reason for the active language and time zone; text that no catalogue knows stays as it is."""
    if not stored:
        return ""
    if stored.startswith(_RESTORED):
        return _restored_text(stored)
    return _(stored)


def _restored_text(stored: str) -> str:
    try:
        moment = datetime.fromisoformat(stored.removeprefix(_RESTORED))
    except ValueError:
        return stored
    if timezone.is_naive(moment):
        return stored
    shown = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    return _("Restored the version of %(date)s") % {"date": shown}
