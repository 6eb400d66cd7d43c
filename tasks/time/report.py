"""The report of time: hours and money in groups, summed by the database within the reader's sight."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from crm.money.amounts import money_text, rounded
from tasks.models import TimeEntry, TimeState
from tasks.time.durations import duration_text, hours_of
from tasks.time.grouping import Grouping, Labels, groupings_for, label_of
from tasks.time.pricing import Span, priced_spans, sees_money

#: Rows of the page; the files have all.
MOST_ROWS = 500
NEEDED = frozenset({"minutes", "day"})


@dataclass(frozen=True)
class Asked:
    """`by` and `then` name groupings, `then` may be empty; `only` narrows to keys by the name of their grouping."""

    by: str
    then: str
    first: date
    last: date
    only: Mapping[str, Any] = field(default_factory=dict)
    billable: str = ""
    state: str = ""


@dataclass
class Sums:
    """`billed` are the rounded minutes of what is billable; `money` is by currency."""

    minutes: int = 0
    billed: int = 0
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)

    @property
    def billed_hours(self) -> str:
        return duration_text(self.billed)

    @property
    def money_texts(self) -> list[str]:
        return [money_text(rounded(amount, currency), currency) for currency, amount in sorted(self.money.items())]


@dataclass(frozen=True)
class Row:
    """A group; `key` is None where the reader may not know it."""

    key: Any
    label: str
    sums: Sums
    within: Sequence["Row"] = ()


@dataclass(frozen=True)
class Report:
    by: Grouping
    then: Grouping | None
    rows: Sequence[Row]
    total: Sums
    has_money: bool
    has_billed: bool = True
    is_cut: bool = False

    @property
    def currencies(self) -> list[str]:
        return sorted(self.total.money)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """For files: the headings, and a row a group."""
        labels = [str(self.by.label), *([str(self.then.label)] if self.then else [])]
        money = [_("Money, %(currency)s") % {"currency": code} for code in self.currencies]
        headings = [*labels, _("Hours"), *([_("Billed hours")] if self.has_billed else []), *money]
        rows = []
        for row in self.rows:
            inner_rows: Sequence[Row | None] = row.within or [None]
            for inner in inner_rows:
                names = [row.label, *([inner.label if inner else ""] if self.then else [])]
                sums = inner.sums if inner else row.sums
                amounts = [rounded(sums.money.get(code, Decimal(0)), code) for code in self.currencies]
                billed = [hours_of(sums.billed)] if self.has_billed else []
                rows.append([*names, hours_of(sums.minutes), *billed, *amounts])
        return headings, rows


def report_of(asked: Asked, *, reader: Any, entries: Any = None, most: int = MOST_ROWS) -> Report:
    """`entries` are those in sight unless the caller narrows them, as to what may be exported; at eight queries."""
    known = groupings_for(reader)
    by = known.get(asked.by) or next(iter(known.values()))
    then = known.get(asked.then) if asked.then != by.name else None
    entries = TimeEntry.objects.visible_to(reader) if entries is None else entries
    narrowed = _narrowed(entries, asked, known, reader)
    summed = _summed(narrowed, [by, *([then] if then else [])], most, reader, asked)
    outer, inner, is_cut = _whole(summed, most, has_inner=then is not None)
    rows = _rows(outer, inner, by, then, reader)
    has_billed = "is_billable" not in hidden_fields(reader, TimeEntry)
    has_money = sees_money(reader) and bool(summed.total.money)
    return Report(by, then, rows, summed.total, has_money, has_billed=has_billed, is_cut=is_cut)


def _narrowed(entries: Any, asked: Asked, known: Mapping[str, Grouping], reader: Any) -> Any:
    hidden = hidden_fields(reader, TimeEntry)
    entries = entries.filter(day__range=(asked.first, asked.last))
    for name, key in asked.only.items():
        if name in known and key is None:
            return entries.none()
        if name in known:
            # By the key as the reader knows it: what he does not see is found by no key.
            entries = entries.annotate(**{f"only_{name}": known[name].key(reader)}).filter(**{f"only_{name}": key})
    if asked.billable in ("yes", "no") and "is_billable" not in hidden:
        entries = entries.filter(is_billable=asked.billable == "yes")
    if asked.state in TimeState.values and "state" not in hidden:
        entries = entries.filter(state=asked.state)
    return entries


Groups = Mapping[tuple[Any, ...], Sums]


@dataclass(frozen=True)
class Summed:
    """`outer` and `inner` are groups in their order, no more of each than was asked for and one; `total` is of all."""

    total: Sums
    outer: Groups
    inner: Groups


def _summed(entries: Any, groupings: Sequence[Grouping], most: int, reader: Any, asked: Asked) -> Summed:
    """One statement: the entries, each with the price of its hour, in groups by their keys and the currency.

    Hours beside billed hours tell what is billable: whoever must not know it is told neither those nor money.
    """
    sees_billable = "is_billable" not in hidden_fields(reader, TimeEntry)
    spans = priced_spans(reader, entries, asked.first, asked.last) if sees_billable else []
    names = [f"key_{number}" for number in range(len(groupings))]
    keys = {name: grouping.key(reader) for name, grouping in zip(names, groupings, strict=True)}
    own = ("project_id", "owner_id", "day", "minutes", "billed_minutes", "is_billable")
    levels: dict[int, dict[tuple[Any, ...], Sums]] = {number: {} for number in range(3)}
    try:
        inner, values = entries.order_by().annotate(**keys).values(*own, *names).query.sql_with_params()
    except EmptyResultSet:
        return Summed(Sums(), {}, {})
    with connection.cursor() as cursor:
        cursor.execute(_statement(inner, names, groupings), [*values, *_columns(spans), most + 1])
        for level, *key, minutes, billed, currencies, amounts in cursor.fetchall():
            # What is summed away at a level is NULL there, as is a key that nobody may know: the level tells which.
            money = defaultdict(Decimal, zip(currencies or (), amounts or (), strict=True))
            levels[level][tuple(key[:level])] = Sums(int(minutes), int(billed) if sees_billable else 0, money)
    total = levels[0].get((), Sums())
    return Summed(total, levels[1], levels[2])


def _statement(inner: str, names: Sequence[str], groupings: Sequence[Grouping]) -> str:
    """All together, by the first key, and by both, each at its level; the first groups of each, whatever the others.

    Names are our own and the inner text is Django's; whatever is a value is a parameter.
    """
    grouped = ", ".join(names)
    sets = ", ".join(f"({', '.join([*names[:level], 'currency'])})" for level in range(len(names) + 1))
    billed = "CASE WHEN is_billable THEN billed_minutes ELSE 0 END"
    orders = [_order(name, grouping) for name, grouping in zip(names, groupings, strict=True)]
    return f"""
        WITH summed AS (
            SELECT {len(names)} - ({" + ".join(f"GROUPING({name})" for name in names)}) AS level, {grouped}, currency,
                SUM(minutes) AS minutes, SUM({billed}) AS billed, SUM({billed} * rate) / 60 AS money
            FROM ({inner}) AS entry
            LEFT JOIN unnest(%s::uuid[], %s::bigint[], %s::date[], %s::date[], %s::numeric[], %s::text[])
                AS span(project, person, first, last, rate, currency)
                ON span.project = entry.project_id AND span.person = entry.owner_id
                AND entry.day BETWEEN span.first AND span.last
            GROUP BY GROUPING SETS ({sets})
        ), grouped AS (
            SELECT level, {grouped}, SUM(minutes) AS minutes, SUM(billed) AS billed,
                array_agg(currency) FILTER (WHERE money <> 0) AS currencies,
                array_agg(money) FILTER (WHERE money <> 0) AS amounts
            FROM summed GROUP BY level, {grouped}
        ), measured AS (
            SELECT *, SUM(minutes) OVER (PARTITION BY level, key_0) AS key_0_minutes, minutes AS key_1_minutes
            FROM grouped
        ), placed AS (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY level ORDER BY {", ".join(orders)}) AS place FROM measured
        )
        SELECT level, {grouped}, minutes, billed, currencies, amounts
        FROM placed WHERE place <= %s ORDER BY level, place
    """  # noqa: S608


def _order(name: str, grouping: Grouping) -> str:
    """As `_in_order` has it, which sorts by words as well."""
    return name if grouping.is_of_time else f"{name} IS NULL, {name}_minutes DESC, {name}"


def _columns(spans: Sequence[Span]) -> list[list[Any]]:
    rows = [(one.project, one.person, one.first, one.last, one.rate, one.currency) for one in spans]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _column in range(6)]


def _whole(summed: Summed, most: int, *, has_inner: bool) -> tuple[Groups, Groups, bool]:
    """The first groups, `most` rows of the report at most, and whether there are more.

    A group is told with all that is within it, but for one that alone has more than that.
    """
    outer, inner = dict(list(summed.outer.items())[:most]), dict(list(summed.inner.items())[:most])
    if not has_inner:
        return outer, {}, len(summed.outer) > most
    if len(summed.inner) > most:
        broken = list(summed.inner)[most][0]
        if any(key != broken for key, _inner in inner):
            inner = {keys: sums for keys, sums in inner.items() if keys[0] != broken}
    told = {key for key, _inner in inner}
    return {keys: sums for keys, sums in outer.items() if keys[0] in told}, inner, len(summed.inner) > most


def _rows(outer: Groups, inner: Groups, by: Grouping, then: Grouping | None, reader: Any) -> list[Row]:
    labels = by.labels({key for (key,) in outer} - {None}, reader)
    inner_labels = then.labels({key for _outer, key in inner} - {None}, reader) if then else {}
    within: dict[Any, list[tuple[Any, Sums]]] = defaultdict(list)
    for (key, own), sums in inner.items():
        within[key].append((own, sums))
    rows = [
        Row(key, label_of(by, key, labels), sums, _ordered(within[key], then, inner_labels) if then else ())
        for (key,), sums in outer.items()
    ]
    return _in_order(rows, by)


def _ordered(found: Sequence[tuple[Any, Sums]], grouping: Grouping, labels: Labels) -> list[Row]:
    return _in_order([Row(key, label_of(grouping, key, labels), sums) for key, sums in found], grouping)


def _in_order(rows: Sequence[Row], grouping: Grouping) -> list[Row]:
    """Time as it goes; the others by what took longest, those without a key at the end."""
    if grouping.is_of_time:
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (row.key is None, -row.sums.minutes, row.label))


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def key_named(name: str, text: str) -> Any:
    """A key as an address has it; None for anything else."""
    if name == "person":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        return UUID(text)
    except ValueError:
        return None
