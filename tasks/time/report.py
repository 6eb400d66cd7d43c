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

    def add(self, other: "Sums") -> None:
        self.minutes += other.minutes
        self.billed += other.billed
        for currency, amount in other.money.items():
            self.money[currency] += amount

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
    is_cut: bool = False

    @property
    def currencies(self) -> list[str]:
        return sorted(self.total.money)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """For files: the headings, and a row a group."""
        labels = [str(self.by.label), *([str(self.then.label)] if self.then else [])]
        money = [_("Money, %(currency)s") % {"currency": code} for code in self.currencies]
        headings = [*labels, _("Hours"), _("Billed hours"), *money]
        rows = []
        for row in self.rows:
            inner_rows: Sequence[Row | None] = row.within or [None]
            for inner in inner_rows:
                names = [row.label, *([inner.label if inner else ""] if self.then else [])]
                sums = inner.sums if inner else row.sums
                amounts = [rounded(sums.money.get(code, Decimal(0)), code) for code in self.currencies]
                rows.append([*names, hours_of(sums.minutes), hours_of(sums.billed), *amounts])
        return headings, rows


def report_of(asked: Asked, *, reader: Any, entries: Any = None, most: int = MOST_ROWS) -> Report:
    """`entries` are those in sight unless the caller narrows them, as to what may be exported; at eight queries."""
    known = groupings_for(reader)
    by = known.get(asked.by) or next(iter(known.values()))
    then = known.get(asked.then) if asked.then != by.name else None
    entries = TimeEntry.objects.visible_to(reader) if entries is None else entries
    narrowed = _narrowed(entries, asked, known, reader)
    groups = _summed(narrowed, [by, *([then] if then else [])], priced_spans(reader), reader)
    total = Sums()
    for sums in groups.values():
        total.add(sums)
    kept = _first(groups, by, most)
    rows = _rows(kept, by, then, reader)
    return Report(by, then, rows, total, sees_money(reader) and bool(total.money), is_cut=len(kept) < len(groups))


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


def _summed(entries: Any, groupings: Sequence[Grouping], spans: Sequence[Span], reader: Any) -> Groups:
    """One statement: the entries, each with the price of its hour, in groups by their keys and the currency."""
    names = [f"key_{number}" for number in range(len(groupings))]
    keys = {name: grouping.key(reader) for name, grouping in zip(names, groupings, strict=True)}
    own = ("project_id", "owner_id", "day", "minutes", "billed_minutes", "is_billable")
    try:
        inner, values = entries.order_by().annotate(**keys).values(*own, *names).query.sql_with_params()
    except EmptyResultSet:
        return {}
    grouped = ", ".join(f"entry.{name}" for name in names)
    billed = "CASE WHEN entry.is_billable THEN entry.billed_minutes ELSE 0 END"
    # Names are our own and the inner text is Django's; whatever is a value is a parameter.
    statement = f"""
        SELECT {grouped}, span.currency, SUM(entry.minutes), SUM({billed}), SUM({billed} * span.rate) / 60
        FROM ({inner}) AS entry
        LEFT JOIN unnest(%s::uuid[], %s::bigint[], %s::date[], %s::date[], %s::numeric[], %s::text[])
            AS span(project, person, first, last, rate, currency)
            ON span.project = entry.project_id AND span.person = entry.owner_id
            AND entry.day BETWEEN span.first AND span.last
        GROUP BY {grouped}, span.currency
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *_columns(spans)])
        found = cursor.fetchall()
    groups: dict[tuple[Any, ...], Sums] = {}
    for *key, currency, minutes, billed_minutes, money in found:
        sums = Sums(int(minutes), int(billed_minutes))
        if currency is not None and money:
            sums.money[currency] += money
        groups.setdefault(tuple(key), Sums()).add(sums)
    return groups


def _columns(spans: Sequence[Span]) -> list[list[Any]]:
    rows = [(one.project, one.person, one.first, one.last, one.rate, one.currency) for one in spans]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _column in range(6)]


def _first(groups: Groups, by: Grouping, most: int) -> Groups:
    """The groups of the first rows of the report: names are read of these alone."""
    if len(groups) <= most:
        return groups
    minutes: dict[Any, int] = defaultdict(int)
    sizes: dict[Any, int] = defaultdict(int)
    for key, sums in groups.items():
        minutes[key[0]] += sums.minutes
        sizes[key[0]] += 1
    order = sorted(minutes, key=lambda key: key) if by.is_of_time else sorted(minutes, key=lambda key: -minutes[key])
    count = 0
    kept: set[Any] = set()
    for key in order:
        count += sizes[key]
        if count > most and kept:
            break
        kept.add(key)
    return {key: sums for key, sums in groups.items() if key[0] in kept}


def _rows(groups: Groups, by: Grouping, then: Grouping | None, reader: Any) -> list[Row]:
    labels = by.labels({key[0] for key in groups} - {None}, reader)
    inner = then.labels({key[1] for key in groups} - {None}, reader) if then else {}
    above: dict[Any, Sums] = defaultdict(Sums)
    within: dict[Any, list[tuple[Any, Sums]]] = defaultdict(list)
    for key, sums in groups.items():
        above[key[0]].add(sums)
        if then:
            within[key[0]].append((key[1], sums))
    rows = [
        Row(key, label_of(by, key, labels), above[key], _ordered(within[key], then, inner) if then else ())
        for key in above
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
