"""Import of a calendar: upload, what would come of it, how far it is, what came of it."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tasks.calendars.importing.plan import Choices, Outcome, Planned, may_import, plan_events
from tasks.calendars.reading.refusals import UnreadableCalendar
from tasks.models import CalendarUpload
from tasks.services.calendar_imports import begin_import, events_of, upload_calendar

_ON_PAGE = 100


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Calendar file"),
        max_length=400,
        help_text=_("An .ics file of Google, Outlook, Apple, Thunderbird or another calendar, up to 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,.ical,.ifb,.vcs,text/calendar"}),
        allow_empty_file=True,
    )


class ChoicesForm(forms.Form):
    past = forms.BooleanField(label=_("Also what is past or done"), required=False)
    keep = forms.BooleanField(label=_("Leave tasks that are already here as they are"), required=False)
    watchers = forms.BooleanField(label=_("Let colleagues who take part watch the tasks"), required=False)

    def choices(self) -> Choices:
        ticked = self.cleaned_data if self.is_valid() else {}
        return Choices(
            is_with_past=bool(ticked.get("past")),
            is_updating=not ticked.get("keep"),
            is_with_watchers=bool(ticked.get("watchers")),
        )

    def ticked(self) -> dict[str, str]:
        return {name: "on" for name, value in self.cleaned_data.items() if value}


@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    if not may_import(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = upload_calendar(file.read(), file.name, actor=request.user)
        except UnreadableCalendar as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return redirect("calendars:upload", pk=upload.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "tasks/calendar_import.html", {"form": form}, status=status)


@login_required
@require_safe
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    upload = _own(request, pk)
    if upload.begun_at is None:
        return render(request, "tasks/calendar_preview.html", _preview(request, upload))
    if upload.done_at is None:
        return render(request, "tasks/calendar_progress.html", {"upload": upload})
    totals = [(str(label), upload.outcomes.get(value, 0), value) for value, label in Outcome.choices]
    context = {"upload": upload, "totals": totals, "has_refused": Outcome.REFUSED in upload.outcomes}
    return render(request, "tasks/calendar_report.html", context)


@login_required
@require_safe
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The polled part; the whole page again when the work is done."""
    upload = _own(request, pk)
    if upload.done_at is not None or upload.begun_at is None:
        return HttpResponseClientRefresh()
    return render(request, "tasks/_calendar_progress.html", {"upload": upload})


@login_required
@require_POST
def import_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    upload = _own(request, pk)
    begin_import(upload, ChoicesForm(request.POST).choices(), actor=request.user)
    return redirect("calendars:upload", pk=upload.pk)


def _own(request: HttpRequest, pk: UUID) -> CalendarUpload:
    """Raises Http404."""
    return get_object_or_404(CalendarUpload, pk=pk, user=request.user)


def _preview(request: HttpRequest, upload: CalendarUpload) -> dict[str, Any]:
    form = ChoicesForm(request.GET)
    planned = plan_events(events_of(upload), form.choices(), request.user)
    counts = Counter(str(row.outcome) for row in planned)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Outcome.values else ""
    shown = [row for row in planned if not kind or row.outcome == kind]
    number = request.GET.get("page", "1")
    page = (
        min(int(number), 1 + len(shown) // _ON_PAGE) if number.isascii() and number.isdigit() and number != "0" else 1
    )
    first = (page - 1) * _ON_PAGE
    ticked = form.ticked()
    return {
        "upload": upload,
        "form": form,
        "ticked": ticked,
        "rows": [_row(row) for row in shown[first : first + _ON_PAGE]],
        "kinds": [(value, label, counts[value]) for value, label in Outcome.choices if counts[value]],
        "kind": kind,
        "total": len(planned),
        "coming": counts[Outcome.NEW] + counts[Outcome.UPDATE],
        "colleagues": sum(bool(row.watchers) for row in planned),
        "all_url": f"?{urlencode(ticked)}",
        "kind_url": f"?{urlencode(ticked | {'kind': ''})}",
        "previous_url": f"?{urlencode(ticked | {'kind': kind, 'page': page - 1})}" if page > 1 else "",
        "next_url": f"?{urlencode(ticked | {'kind': kind, 'page': page + 1})}" if first + _ON_PAGE < len(shown) else "",
    }


_TINTS = {Outcome.NEW: "green", Outcome.UPDATE: "blue", Outcome.REFUSED: "red"}


def _row(planned: Planned) -> dict[str, Any]:
    outcome = Outcome(planned.outcome)
    return {"planned": planned, "label": outcome.label, "tint": _TINTS.get(outcome, "grey")}


def _page_number(typed: str, rows: int) -> int:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    return max(1, min(number, 1 + (rows - 1) // _ON_PAGE))
