"""A record as its row in a list tells it: its cells by name, in the reader's language and time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.utils import timezone, translation
from django.utils.formats import date_format, time_format

from crm.access.models import Record
from crm.listing.choices import label_of
from crm.listing.parts import rows_of


@dataclass(frozen=True)
class Cell:
    """A cell of a column that another app contributed."""

    value: Any
    css: str


@dataclass(frozen=True)
class Way:
    """How somebody is reached: the text of a link; `url` is empty when the text could not be understood."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A record, its title, the cells loaded for the page and the address of its card."""

    record: Any
    title: str
    loaded: Mapping[str, Any]
    contributed: list[Cell] = field(default_factory=list)
    url: str = ""

    @property
    def restore_url(self) -> str:
        return str(self.record.url("restore"))

    def choice(self, name: str) -> str:
        return label_of(self.record, name)

    @property
    def phone(self) -> Way | None:
        phone = _primary(self.record, "phones")
        if phone is None:
            return None
        extension = f";ext={phone.extension}" if phone.extension else ""
        return Way(phone.formatted, f"tel:{phone.e164}{extension}" if phone.e164 else "")

    @property
    def email(self) -> Way | None:
        email = _primary(self.record, "emails")
        return Way(email.address, f"mailto:{quote(email.address, safe='@')}") if email else None

    @property
    def changed(self) -> str:
        return short_moment(self.record.updated_at)

    @property
    def changed_stamp(self) -> str:
        """For programs: the attribute of `<time>`."""
        return str(self.record.updated_at.isoformat(timespec="seconds"))


def short_moment(moment: datetime) -> str:
    """The time of today, the day of this year, the date of any other, in the reader's time zone."""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return _text_of_time(local.time().replace(second=0, microsecond=0), translation.get_language())
    return _text_of_day(local.date(), local.year == today.year, translation.get_language())


# Formats are read letter by letter, and the same days and minutes stand all over lists.
@lru_cache(maxsize=2_000)
def _text_of_time(moment: time, language: str) -> str:
    return str(time_format(moment, "TIME_FORMAT"))


@lru_cache(maxsize=5_000)
def _text_of_day(day: date, is_of_this_year: bool, language: str) -> str:
    return str(date_format(day, "j M" if is_of_this_year else "SHORT_DATE_FORMAT"))


def _primary(record: Record, name: str) -> Any:
    """The row of a part that is marked as primary, else the first one; None of none."""
    rows = rows_of(record, name)
    return next((row for row in rows if row.is_primary), rows[0] if rows else None)
