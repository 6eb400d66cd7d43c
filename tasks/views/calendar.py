"""The calendar of tasks, and moving them on it."""

from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from crm.ui.parts import draw
from projects.calendar import first_weekday
from projects.views.moves import sent_version
from tasks.calendar import CalendarPage
from tasks.calendar_events import events_between, events_of, hours_of, place_of
from tasks.forms import MoveForm
from tasks.models import FIRST_DAY, LAST_DAY, Task
from tasks.services import move_to
from tasks.switch import require_view, view_links
from tasks.views.day import back_of
from teams.selectors.calendar import calendar_of

#: Days that are asked for at once: a month of whole weeks, and some to spare.
_LONGEST_RANGE = 62


@login_required
@require_safe
def task_calendar(request: HttpRequest) -> HttpResponse:
    """A month as a table, over which the script puts its calendar; for htmx the table alone."""
    require_view(request, "calendar")
    page, reader = CalendarPage(request), cast(Any, request.user)
    if getattr(request, "htmx", False):
        return HttpResponse(draw("tasks/_month.jinja", page=page))
    context = {
        "list": page,
        "views": view_links(request, "calendar"),
        "settings": {
            "hours": hours_of(calendar_of(reader)),
            "zone": timezone.get_current_timezone_name(),
            "firstDay": (first_weekday() + 1) % 7,
        },
    }
    return render(request, "tasks/calendar.html", context)


@login_required
@require_safe
def calendar_events(request: HttpRequest) -> HttpResponse:
    """`start` and `end`, the day after the last one, say which days; the filters are those of the calendar."""
    require_view(request, "calendar")
    first, end = _day(request.GET.get("start", "")), _day(request.GET.get("end", ""))
    if first is None or end is None or not 0 < (end - first).days <= _LONGEST_RANGE:
        return HttpResponseBadRequest()
    events, is_cut = events_between(CalendarPage(request), first, end - timedelta(days=1))
    said = _("There are more tasks than a calendar can show: choose a week or a day, or narrow the filters.")
    return JsonResponse({"events": events, "said": said if is_cut else ""})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_reschedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `day`, `time` (none: any time of the day), `duration` in minutes and `version`, by the actor's clock.

    The calendar's script gets the event as it stands now: 422 for a date that is refused, 409 for one that came too
    late. Others get a form, and are led back.
    """
    task, permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE, related=("status",))
    if not permissions.may_edit["due_on"]:
        raise PermissionDenied
    at = timezone.localtime(task.due_at) if task.due_at else None
    initial = {"day": at.date() if at else task.due_on, "time": at and at.time(), "duration": task.duration}
    is_script = bool(getattr(request, "htmx", False))
    form = MoveForm(request.POST if request.method == "POST" else None, initial=initial)
    before = place_of(task, timezone.get_current_timezone()) if task.due_on else None
    said, status = "", 422
    if form.is_valid():
        said, status = _move(request, task, form)
        if status == 200 and not is_script:
            messages.success(request, said)
            return HttpResponseRedirect(back_of(request, otherwise=task.get_absolute_url()))
    if is_script:
        said = said or " ".join(str(message) for errors in form.errors.values() for message in errors)
        return _told(request, pk, status, said=said, before=before)
    if said:
        form.add_error(None, said)
    context = {
        "title": _("Move “%(name)s” to") % {"name": task},
        "submit_label": _("Move"),
        "is_mild": True,
        "cancel_url": back_of(request, otherwise=task.get_absolute_url()),
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status if request.method == "POST" else 200)


def _move(request: HttpRequest, task: Task, form: MoveForm) -> tuple[str, int]:
    """The sentence about what came of it, and its status."""
    task.version = sent_version(request, task.version)
    try:
        move_to(task, form.due(), form.cleaned_data["duration"], actor=request.user)
    except StaleVersion:
        return _("Somebody changed “%(name)s” at the same moment, so it was not moved. Look again.") % {
            "name": task
        }, 409
    except ValidationError as refusal:
        return " ".join(refusal.messages), 422
    return _said(task), 200


def _said(task: Task) -> str:
    told: dict[str, Any] = {"name": task, "day": date_format(task.due_on) if task.due_on else ""}
    if task.due_at is None:
        return _("“%(name)s” is due on %(day)s.") % told
    at = timezone.localtime(task.due_at)
    return _("“%(name)s” is due on %(day)s at %(time)s.") % {
        **told,
        "day": date_format(at),
        "time": date_format(at, "TIME_FORMAT"),
    }


def _told(request: HttpRequest, pk: UUID, status: int, *, said: str, before: Any) -> JsonResponse:
    task = Task.objects.visible_to(request.user).filter(pk=pk).first()
    events = events_of(CalendarPage(request), [task]) if task and task.due_on else []
    return JsonResponse({"said": said, "event": events[0] if events else None, "before": before}, status=status)


def _day(text: str) -> date | None:
    """The script gives moments of UTC, of which only the day is meant."""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
