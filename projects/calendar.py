"""Deals by the day on which they are expected to close: a month of the reader's, with sums of days, weeks and all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import get_format

from crm.listing.counting import capped
from crm.listing.filters import EARLIEST, LATEST
from crm.money.amounts import money_text
from projects.marks import Mark, marks_of
from projects.models import Deal, StageKind
from projects.models.deals import NO_DATE
from projects.switch import DealsPage
from projects.tables import DEALS

#: Deals that a day shows by name.
SHOWN = 4
_DAYS = 7
_CLOSES = Coalesce(F("expected_close"), NO_DATE)


@dataclass
class Totals:
    """How many deals, and their sums by currency."""

    count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: "Totals") -> None:
        self.count += other.count
        for currency, amount in other.amounts.items():
            self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + amount

    @property
    def sums(self) -> list[str]:
        return [money_text(amount, currency) for currency, amount in sorted(self.amounts.items()) if amount]

    @property
    def shown_count(self) -> str:
        return capped(self.count)


@dataclass(frozen=True)
class Entry:
    deal: Deal
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Day:
    """`more` is how many deals it has besides its entries."""

    day: date
    is_outside: bool
    is_today: bool
    totals: Totals
    entries: Sequence[Entry]
    list_url: str

    @property
    def more(self) -> int:
        return self.totals.count - len(self.entries)


@dataclass(frozen=True)
class Week:
    days: Sequence[Day]
    totals: Totals


class CalendarPage(DealsPage):
    """One month as one reader sees it; the caller asks whether he may see expected closes at all.

    The month is the one that the address names, as 2026-11, else the present one.
    """

    own = ("month",)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, DEALS)
        self.sees_stage = "stage" not in self.hidden
        self.today = timezone.localdate()
        self.month = month_named(request.GET.get("month", "")) or self.today.replace(day=1)

    @property
    def orders(self) -> list[Any]:
        return []

    @property
    def weekdays(self) -> list[Any]:
        return weekdays()

    @cached_property
    def weeks(self) -> list[Week]:
        """Whole weeks around the month; days of its neighbours are empty."""
        weeks = []
        for week in weeks_around(self.month):
            days = [self._day(day) for day in week]
            weeks.append(Week(days, _sum_of(day.totals for day in days)))
        return weeks

    @cached_property
    def totals(self) -> Totals:
        return _sum_of(self._by_day.values())

    @property
    def count(self) -> str:
        return self.totals.shown_count

    @property
    def leaves_out_lost(self) -> bool:
        """Whether lost deals, which will bring nothing, are in no sum; whoever sees no stages is told no difference."""
        return self.sees_stage and self.parameters.getlist("state") != [StageKind.LOST.value]

    @cached_property
    def is_bare(self) -> bool:
        if self.is_filtered or self.totals.count:
            return False
        return not Deal.objects.count_visible(self.request.user, most=1)

    @property
    def present_url(self) -> str:
        return "" if self.month == self.today.replace(day=1) else self.address(month=[])

    @property
    def earlier_url(self) -> str:
        last = self.month - timedelta(days=1)
        return self.address(month=f"{last:%Y-%m}") if last >= EARLIEST else ""

    @property
    def later_url(self) -> str:
        following = next_month(self.month)
        return self.address(month=f"{following:%Y-%m}") if following <= LATEST else ""

    @property
    def month_url(self) -> str:
        """The list of the whole month."""
        last = next_month(self.month) - timedelta(days=1)
        return self.list_url(close_from=self.month.isoformat(), close_to=last.isoformat())

    def _day(self, day: date) -> Day:
        return Day(
            day,
            is_outside=day.month != self.month.month,
            is_today=day == self.today,
            totals=self._by_day.get(day, Totals()),
            entries=self._entries.get(day, ()),
            list_url=self.list_url(close_from=day.isoformat(), close_to=day.isoformat()),
        )

    @property
    def _deals(self) -> Any:
        """Those of the month, by the expression that their index is on."""
        of_month = self.filterset.qs.alias(closes=_CLOSES).filter(
            closes__gte=self.month, closes__lt=next_month(self.month)
        )
        return of_month.visible_to(self.request.user)

    @cached_property
    def _by_day(self) -> dict[date, Totals]:
        """One query."""
        counted = ~Q(state=StageKind.LOST) if self.leaves_out_lost else Q()
        rows = self._deals.order_by().values("expected_close", "currency")
        found: dict[date, Totals] = {}
        for row in rows.annotate(number=Count("pk"), amounts=Sum("amount", filter=counted)):
            amounts = {row["currency"]: row["amounts"]} if self.sees_amount and row["amounts"] else {}
            found.setdefault(row["expected_close"], Totals()).add(Totals(row["number"], amounts))
        return found

    @cached_property
    def _entries(self) -> dict[date, list[Entry]]:
        """The first deals of each day, the dearest ones for those who see amounts; one query."""
        dearest = [F("amount").desc(nulls_last=True)] if self.sees_amount else []
        order = [*dearest, F("name").asc(), F("id").asc()]
        place = Window(RowNumber(), partition_by=F("expected_close"), order_by=order)
        deals = self._deals.alias(place=place).filter(place__lte=SHOWN).select_related("stage").order_by(*order)
        rows = list(deals)
        marks = marks_of(rows, self.request.user)
        found: dict[date, list[Entry]] = {}
        for deal in rows:
            found.setdefault(deal.expected_close, []).append(Entry(deal, marks.get(deal.pk, ())))
        return found


def _sum_of(totals: Iterable[Totals]) -> Totals:
    whole = Totals()
    for one in totals:
        whole.add(one)
    return whole


def weeks_around(month: date) -> list[list[date]]:
    """The days of whole weeks of the reader's language, from before the first of the month until after its last day."""
    first = month - timedelta(days=(month.weekday() - first_weekday()) % _DAYS)
    weeks = []
    while first < next_month(month):
        weeks.append([first + timedelta(days=number) for number in range(_DAYS)])
        first += timedelta(days=_DAYS)
    return weeks


def weekdays() -> list[Any]:
    """Their names, in the order of the reader's language."""
    return [WEEKDAYS[(first_weekday() + number) % _DAYS] for number in range(_DAYS)]


def first_weekday() -> int:
    """Of the reader's language, as `date.weekday()` counts them: 0 is Monday."""
    return (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % _DAYS


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_named(text: str) -> date | None:
    """The first day of a month as 2026-11; None of what is none."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if EARLIEST <= month <= LATEST else None
