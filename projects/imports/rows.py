"""Values of one row of deals or projects: its money, its hours, its days and where it stands."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.imports.dates import read_date
from crm.imports.drafts import MappedRow, Note, RowProblem, Value
from crm.imports.numbers import NotANumber, read_amount, read_decimal, read_percent
from crm.imports.values import left_out
from projects.models import Stage

_LARGEST = Decimal(10) ** 12
_CENT = Decimal("0.01")
_MOST_HOURS = Decimal(10) ** 7
# Deals of a day without an hour: noon is that day for readers in nearly every time zone.
_HOUR = time(12)


@dataclass(frozen=True)
class Standing:
    """Where a deal of the file stands, since when, and when it began."""

    stage: Stage
    began: datetime
    closed: datetime | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """As fields of a new deal."""
        return {
            "pipeline": self.stage.pipeline,
            "stage": self.stage,
            "state": self.stage.kind,
            "stage_since": self.closed or self.began,
            "closed_at": self.closed,
            "created_at": self.began,
        }


def money_of(row: MappedRow, currency: str, *, field: str = "amount") -> tuple[Decimal | None, str]:
    """The amount and its currency, which the sign at the amount may tell. Raises RowProblem."""
    value = next(iter(row.all(field)), None)
    if value is None:
        return None, currency
    try:
        amount = read_amount(value.text)
    except NotANumber as error:
        raise _wrong(value, str(error)) from error
    if amount.number < 0:
        raise _wrong(value, _("The amount is below zero."))
    if amount.number >= _LARGEST:
        raise _wrong(value, _("The amount is too large."))
    if currency and amount.currency and amount.currency != currency:
        told = {"sign": amount.currency, "currency": currency}
        raise _wrong(value, _("The amount is in %(sign)s, and the row's currency is %(currency)s.") % told)
    return amount.number.quantize(_CENT), amount.currency or currency


def hours_of(row: MappedRow, field: str) -> Decimal | None:
    """Raises RowProblem."""
    value = next(iter(row.all(field)), None)
    if value is None:
        return None
    try:
        hours = read_decimal(value.text.strip())
    except NotANumber as error:
        raise _wrong(value, str(error)) from error
    if hours >= _MOST_HOURS:
        raise _wrong(value, _("These are too many hours."))
    return hours.quantize(_CENT)


def span_of(row: MappedRow, first: str, last: str, notes: list[Note]) -> tuple[date | None, date | None]:
    """The days of two fields. Raises RowProblem for a last one that lies before the first one."""
    begins, ends = day_of(row, first, notes), day_of(row, last, notes)
    if begins is not None and ends is not None and ends < begins:
        raise _wrong(row.all(last)[0], _("It ends before it begins."))
    return begins, ends


def probability_of(row: MappedRow, notes: list[Note]) -> int | None:
    for value in row.all("probability"):
        try:
            return read_percent(value.text)
        except NotANumber as error:
            notes.append(left_out(row.number, value, str(error)))
    return None


def day_of(row: MappedRow, field: str, notes: list[Note]) -> date | None:
    for value in row.all(field):
        found = read_date(value.text, is_month_first=value.is_month_first)
        if found is not None:
            return found
        notes.append(left_out(row.number, value, _("This is not a date.")))
    return None


def standing_of(row: MappedRow, stage: Stage, notes: list[Note]) -> Standing:
    """Raises RowProblem for days that cannot be."""
    began, closed = day_of(row, "began", notes), day_of(row, "closed", notes)
    now = timezone.now()
    if stage.is_open:
        return Standing(stage, _moment(began, now))
    if closed is not None and closed > timezone.localdate():
        raise _wrong(row.all("closed")[0], _("A deal cannot have been closed in the future."))
    if began is not None and closed is not None and closed < began:
        raise _wrong(row.all("closed")[0], _("It was closed before it began."))
    end = _moment(closed, now)
    return Standing(stage, min(_moment(began, end), end), end)


def _moment(day: date | None, otherwise: datetime) -> datetime:
    """Not later than now."""
    if day is None:
        return otherwise
    return min(timezone.make_aware(datetime.combine(day, _HOUR)), timezone.now())


def _wrong(value: Value, sentence: str) -> RowProblem:
    return RowProblem(sentence, field=value.field, column=value.header, value=value.text[:200])
