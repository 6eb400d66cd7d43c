"""Time in sums: by person, project, client, task, month, week or day; as a page or as a file."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, hidden_fields, may
from crm.listing.export import MOST_ROWS as MOST_ROWS_OF_FILE
from crm.listing.export import table_page
from tasks.models import FIRST_DAY, LAST_DAY, TimeEntry, TimeState
from tasks.time.grouping import groupings_for, label_of
from tasks.time.report import NEEDED, Asked, Report, key_named, month_of, report_of
from tasks.time.week import monday_of
from tasks.views.time_tabs import tabs_of


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponseBase:
    """GET `by` and `then` group, `from` and `to` are days, `person`, `project`, `client` and `task` narrow to a key.

    `billable` is "yes" or "no", `state` one of an entry, `format` "csv" or "xlsx". This month unless it says otherwise.
    """
    reader: Any = request.user
    if not may(reader, Action.VIEW, TimeEntry) or not hidden_fields(reader, TimeEntry).isdisjoint(NEEDED):
        raise PermissionDenied
    asked = _asked(request)
    if request.GET.get("format"):
        return _file(request, asked, reader)
    shown = report_of(asked, reader=reader)
    hidden = hidden_fields(reader, TimeEntry)
    context = {
        "report": shown,
        "asked": asked,
        "groupings": list(groupings_for(reader).values()),
        "states": TimeState.choices if "state" not in hidden else [],
        "sees_billable": "is_billable" not in hidden,
        "periods": _periods(request, asked),
        "chips": _chips(request, asked, reader),
        "links": _links(request, shown),
        "may_export": may(reader, Action.EXPORT, TimeEntry),
        "csv_url": _address(request, format="csv"),
        "xlsx_url": _address(request, format="xlsx"),
        "tabs": tabs_of(reader, "report"),
    }
    return render(request, "time/report.html", context)


def _asked(request: HttpRequest) -> Asked:
    first, last = month_of(timezone.localdate())
    first, last = _day(request, "from", first), _day(request, "to", last)
    names = ("person", "project", "client", "task")
    only = {name: key_named(name, request.GET[name]) for name in names if request.GET.get(name)}
    return Asked(
        by=request.GET.get("by", "person"),
        then=request.GET.get("then", ""),
        first=min(first, last),
        last=max(first, last),
        only=only,
        billable=request.GET.get("billable", ""),
        state=request.GET.get("state", ""),
    )


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise
    return min(max(day, FIRST_DAY), LAST_DAY)


def _file(request: HttpRequest, asked: Asked, reader: Any) -> HttpResponseBase:
    """Of what he may export: that may be less than what he sees."""
    exportable = TimeEntry.objects.exportable_by(reader)
    if not may(reader, Action.EXPORT, TimeEntry):
        raise PermissionDenied
    headings, rows = report_of(asked, reader=reader, entries=exportable, most=MOST_ROWS_OF_FILE).table()
    name = f"time-{asked.first:%Y-%m-%d}-{asked.last:%Y-%m-%d}"
    return table_page(request.GET["format"], name, headings, rows, reader=reader)


def _address(request: HttpRequest, **changes: str) -> str:
    """This page with some parameters changed; empty ones are taken out."""
    asked = request.GET.copy()
    asked.pop("format", None)
    for name, value in changes.items():
        asked.pop(name.rstrip("_"), None)
        if value:
            asked[name.rstrip("_")] = value
    return f"?{asked.urlencode()}"


def _periods(request: HttpRequest, asked: Asked) -> Sequence[tuple[str, str, bool]]:
    """(label, address, whether it is shown now)."""
    today = timezone.localdate()
    this_week = monday_of(today)
    this_month = month_of(today)
    named = (
        (_("This week"), (this_week, this_week + timedelta(days=6))),
        (_("Last week"), (this_week - timedelta(days=7), this_week - timedelta(days=1))),
        (_("This month"), this_month),
        (_("Last month"), month_of(this_month[0] - timedelta(days=1))),
        (_("This year"), (today.replace(month=1, day=1), today.replace(month=12, day=31))),
    )
    return [
        (
            label,
            _address(request, from_=first.isoformat(), to=last.isoformat()),
            (first, last) == (asked.first, asked.last),
        )
        for label, (first, last) in named
    ]


def _chips(request: HttpRequest, asked: Asked, reader: Any) -> Sequence[tuple[str, str]]:
    """(what the report is narrowed to, the address without it)."""
    known, chips = groupings_for(reader), []
    for name, key in asked.only.items():
        if name in known:
            grouping = known[name]
            labels = grouping.labels([key], reader) if key is not None else {}
            word = label_of(grouping, key, labels) if labels else _("nothing that you see")
            chips.append((f"{grouping.label}: {word}", _address(request, **{name: ""})))
    return chips


def _links(request: HttpRequest, shown: Report) -> Mapping[Any, str]:
    """Keys of the rows → the same report of this one alone, grouped by what comes next."""
    if not shown.by.is_filter:
        return {}
    next_by = "task" if shown.by.name in ("person", "project") else "person"
    return {
        row.key: _address(request, by=shown.then.name if shown.then else next_by, then="", **{shown.by.name: row.key})
        for row in shown.rows
        if row.key is not None
    }
