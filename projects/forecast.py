"""What open deals are expected to bring, month by month, and what was won; in figures of the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, Case, Count, DateField, DecimalField, F, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.money.amounts import money_text
from crm.money.currencies import base_currency
from crm.money.sums import Total, totals
from projects.models import Deal, StageKind
from projects.models.deals import NO_DATE
from projects.selectors import owners_named, stages_named
from projects.switch import DealsPage
from projects.tables import FORECAST

#: Months that stand in rows of their own; what is expected after them is one row.
MONTHS = 12
#: Owners with rows of their own, those with the most open deals; the others are one row.
SHOWN = 10
_OTHERS = -1
_NEVER = date(1, 1, 1)
_WEIGHT = Coalesce(F("probability"), F("stage__probability"))
_WEIGHTED = Sum(F("amount") * _WEIGHT / Value(Decimal(100)), output_field=DecimalField())


@dataclass
class Figures:
    """Of one currency; what is out of the reader's sight stays zero."""

    count: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    won_count: int = 0
    won: Decimal = Decimal(0)

    def add(self, other: "Figures") -> None:
        self.count += other.count
        self.amount += other.amount
        self.weighted += other.weighted
        self.won_count += other.won_count
        self.won += other.won


ByCurrency = dict[str, Figures]


@dataclass(frozen=True)
class Line:
    """The figures of one currency as text; `share` is the weighted sum in percent of the largest one of a period."""

    count: int
    amount: str
    weighted: str
    won: str
    share: int


@dataclass(frozen=True)
class Row:
    """A period or, in it, an owner or stage: a line a currency. The addresses are empty where nothing is to be seen."""

    label: str
    lines: Sequence[Line]
    open_url: str = ""
    won_url: str = ""


@dataclass(frozen=True)
class Period:
    """`icon` and `tint` mark what needs a look."""

    row: Row
    groups: Sequence[Row] = ()
    icon: str = ""
    tint: str = ""


@dataclass(frozen=True)
class _Span:
    """The days of a period; without both it is that of deals without a date."""

    key: date
    label: str
    first: date | None = None
    last: date | None = None
    icon: str = ""
    tint: str = ""


@dataclass
class _Tally:
    """The figures of a period by group, which is None where nothing is grouped, and by currency."""

    groups: dict[int | None, ByCurrency] = field(default_factory=dict)

    def add(self, group: int | None, currency: str, figures: Figures) -> None:
        self.groups.setdefault(group, {}).setdefault(currency, Figures()).add(figures)


@dataclass(frozen=True)
class Grouping:
    """Rows within the periods: `column` is that of deals, `named` gives the labels of its keys in their order.

    Of a long one only some groups have rows of their own.
    """

    name: str
    label: str | Promise
    column: str = ""
    named: Any = None
    ruled: tuple[str, ...] = ()
    is_long: bool = False


GROUPINGS = (
    Grouping("", gettext_lazy("Months")),
    Grouping("owner", gettext_lazy("By owner"), "owner_id", owners_named, ("owner",), is_long=True),
    Grouping("stage", gettext_lazy("By stage"), "stage_id", stages_named),
)


class ForecastPage(DealsPage):
    """The forecast as one reader sees it now; the caller asks whether he may see stages and expected closes at all."""

    own = ("by",)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, FORECAST)
        self.today = timezone.localdate()
        self.sees_weighted = self.sees_amount and "probability" not in self.hidden
        wanted = request.GET.get("by", "")
        self.grouping = next((each for each in self._groupings if each.name == wanted), GROUPINGS[0])

    @property
    def orders(self) -> list[Any]:
        return []

    @property
    def grouping_links(self) -> list[tuple[Grouping, str, bool]]:
        return [(each, self.address(by=each.name or []), each == self.grouping) for each in self._groupings]

    @property
    def count(self) -> str:
        return number_format(sum(figures.count for figures in self._whole.values()), force_grouping=True)

    @cached_property
    def is_bare(self) -> bool:
        if self.is_filtered or self._tallies:
            return False
        return not Deal.objects.count_visible(self.request.user, most=1)

    @cached_property
    def periods(self) -> list[Period]:
        """Those that have figures, and the present month."""
        months = self._months
        spans = [
            _Span(_NEVER, _("Overdue"), last=self.today - timedelta(days=1), icon="calendar-due", tint="red"),
            *(_Span(month, _month_text(month), max(month, self.today), _end_of(month)) for month in months),
            _Span(_after(months[-1]), _("Later"), first=_after(months[-1])),
            _Span(NO_DATE, _("Without a date"), icon="circle-dashed", tint="grey"),
        ]
        return [self._period(span) for span in spans if span.key in self._tallies or span.key == months[0]]

    @cached_property
    def total(self) -> Row:
        """Of all periods."""
        return Row(_("All together"), self._lines(self._whole))

    @cached_property
    def converted(self) -> Row | None:
        """All of it in the currency of the company, by the rates of today; None where there is nothing to convert.

        What has no rate is left out; `unrated` names it.
        """
        if not self.sees_amount or set(self._whole) <= {self._base}:
            return None
        whole = Figures()
        whole.amount, whole.weighted, whole.won = (each.amount for each in self._converted)
        whole.count = sum(each.count for currency, each in self._whole.items() if currency not in self.unrated)
        label = _("In %(currency)s by the rates of today") % {"currency": self._base}
        return Row(label, [self._line(self._base, whole)])

    @property
    def unrated(self) -> list[str]:
        """Currencies that stand in the sums and have no rate today."""
        return sorted({currency for each in self._converted for currency in each.unrated})

    @cached_property
    def _base(self) -> str:
        return base_currency()

    @cached_property
    def _converted(self) -> list[Total]:
        """Of the amount, of what it is weighted to, and of what was won; two queries with the currency."""
        names = ("amount", "weighted", "won")
        sums = [{currency: getattr(each, name) for currency, each in self._whole.items()} for name in names]
        return totals(sums, on=self.today, base=self._base)

    @property
    def has_more_groups(self) -> bool:
        return any(_OTHERS in tally.groups for tally in self._tallies.values())

    @property
    def _groupings(self) -> list[Grouping]:
        return [each for each in GROUPINGS if self.hidden.isdisjoint(each.ruled)]

    @property
    def _months(self) -> list[date]:
        """The present one and those after it, each by its first day."""
        months = [self.today.replace(day=1)]
        while len(months) < MONTHS:
            months.append(_after(months[-1]))
        return months

    @cached_property
    def _tallies(self) -> dict[date, _Tally]:
        """By the keys of spans; two queries: of open deals, and of those that were won this month."""
        found: dict[date, _Tally] = {}
        for period, group, currency, figures in (*self._open_figures(), *self._won_figures()):
            found.setdefault(period, _Tally()).add(group, currency, figures)
        return found

    @cached_property
    def _whole(self) -> ByCurrency:
        return _sum_of(currencies for tally in self._tallies.values() for currencies in tally.groups.values())

    def _open_figures(self) -> Iterator[tuple[date, int | None, str, Figures]]:
        months = self._months
        later = _after(months[-1])
        period = Case(
            When(expected_close=None, then=Value(NO_DATE)),
            When(expected_close__lt=self.today, then=Value(_NEVER)),
            When(expected_close__gte=later, then=Value(later)),
            default=Cast(TruncMonth("expected_close"), DateField()),
            output_field=DateField(),
        )
        deals = self._visible.filter(state=StageKind.OPEN).annotate(period=period, group=self._group)
        rows = deals.values("period", *self._by).annotate(number=Count("pk"), amounts=Sum("amount"), weights=_WEIGHTED)
        for row in rows:
            figures = Figures(count=row["number"])
            if self.sees_amount:
                figures.amount = row["amounts"] or Decimal(0)
            if self.sees_weighted:
                figures.weighted = row["weights"] or Decimal(0)
            yield row["period"], row.get("group"), row.get("currency", ""), figures

    def _won_figures(self) -> Iterator[tuple[date, int | None, str, Figures]]:
        month = self._months[0]
        won = self._visible.filter(state=StageKind.WON, closed_at__gte=_start_of(month)).annotate(group=self._group)
        rows = won.values("state", *self._by).annotate(number=Count("pk"), amounts=Sum("amount"))
        for row in rows:
            figures = Figures(won_count=row["number"])
            if self.sees_amount:
                figures.won = row["amounts"] or Decimal(0)
            yield month, row.get("group"), row.get("currency", ""), figures

    @property
    def _visible(self) -> Any:
        return self.filterset.qs.visible_to(self.request.user).order_by()

    @property
    def _by(self) -> list[str]:
        """What the figures are grouped by, besides the period."""
        return [
            name for name in ("group" if self.grouping.column else "", "currency" if self.sees_amount else "") if name
        ]

    @cached_property
    def _group(self) -> Any:
        """The key of a deal's group, or that of the others."""
        column = self.grouping.column
        if not self.grouping.is_long:
            return F(column) if column else Value(None, output_field=BigIntegerField())
        open_deals = self._visible.filter(state=StageKind.OPEN).exclude(**{column: None})
        most = open_deals.values(column).annotate(number=Count("pk")).order_by("-number", column)
        return Case(
            When(**{f"{column}__in": [row[column] for row in most[:SHOWN]]}, then=F(column)),
            When(**{column: None}, then=Value(None)),
            default=Value(_OTHERS),
            output_field=BigIntegerField(),
        )

    def _period(self, span: _Span) -> Period:
        tally = self._tallies.get(span.key, _Tally())
        whole = _sum_of(tally.groups.values())
        groups = list(self._groups(span, tally)) if self.grouping.column else []
        return Period(self._row(span, span.label, whole), groups, span.icon, span.tint)

    def _groups(self, span: _Span, tally: _Tally) -> Iterator[Row]:
        """In the order of their labels, the others at the end."""
        for key, label in self._labels.items():
            if key in tally.groups:
                yield self._row(span, label, tally.groups[key], **{self.grouping.name: key})
        for other, label in ((None, _("Nobody")), (_OTHERS, _("All others"))):
            if other in tally.groups:
                yield Row(label, self._lines(tally.groups[other]))

    @cached_property
    def _labels(self) -> Mapping[int, str]:
        keys = {key for tally in self._tallies.values() for key in tally.groups if key is not None}
        labels: Mapping[int, str] = self.grouping.named(keys)
        return labels

    def _row(self, span: _Span, label: str, figures: ByCurrency, **group: Any) -> Row:
        """`group` filters the list besides the period."""
        has_open = any(each.count for each in figures.values())
        won_url = ""
        if any(each.won_count for each in figures.values()):
            won_url = self.list_url(state="won", closed_from=self._months[0].isoformat(), **group)
        open_url = self.list_url(state="open", **self._span_filters(span), **group) if has_open else ""
        return Row(label, self._lines(figures), open_url, won_url)

    def _span_filters(self, span: _Span) -> dict[str, str]:
        """The filters of the list for the days of a period, within those that are on already."""
        if span.first is None and span.last is None:
            return {"has_close": "no"}
        given = getattr(self.filterset.form, "cleaned_data", {})
        starts = [day for day in (span.first, given.get("close_from")) if day]
        ends = [day for day in (span.last, given.get("close_to")) if day]
        bounds = {"close_from": max(starts, default=None), "close_to": min(ends, default=None)}
        return {name: day.isoformat() for name, day in bounds.items() if day}

    def _lines(self, figures: ByCurrency) -> list[Line]:
        return [self._line(currency, figures[currency]) for currency in sorted(figures)]

    def _line(self, currency: str, figures: Figures) -> Line:
        largest = self._largest.get(currency) or Decimal(1)
        return Line(
            figures.count,
            _text(figures.amount, currency),
            _text(figures.weighted, currency),
            _text(figures.won, currency),
            share=int(figures.weighted * 100 / largest),
        )

    @cached_property
    def _largest(self) -> dict[str, Decimal]:
        """The largest weighted sum of a period by currency."""
        found: dict[str, Decimal] = {}
        for tally in self._tallies.values():
            for currency, figures in _sum_of(tally.groups.values()).items():
                found[currency] = max(found.get(currency, Decimal(0)), figures.weighted)
        return found


def _sum_of(parts: Iterable[ByCurrency]) -> ByCurrency:
    whole: ByCurrency = {}
    for part in parts:
        for currency, figures in part.items():
            whole.setdefault(currency, Figures()).add(figures)
    return whole


def _text(amount: Decimal, currency: str) -> str:
    """In whole units: a forecast is no invoice. Empty for nothing."""
    return money_text(amount.quantize(Decimal(1), ROUND_HALF_UP), currency) if amount else ""


def _month_text(month: date) -> str:
    text = date_format(month, "YEAR_MONTH_FORMAT")
    return text[:1].upper() + text[1:]


def _after(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _end_of(month: date) -> date:
    return _after(month) - timedelta(days=1)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
