"""The timer: started on a task or project, stopped, thrown away; told in the bar above every page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.ui.parts import draw
from tasks.models import TimeEntry
from tasks.services.time_refusals import TimeRefused, TimerForgotten
from tasks.services.time_timer import discard_timer, start_timer, stop_timer
from tasks.time.choosing import offered_places
from tasks.time.clock import is_forgotten
from tasks.time.durations import duration_text
from tasks.time.forms import StopForm
from tasks.time.places import named_places, place_named, place_of
from tasks.time.reading import may_enter, timer_of
from tasks.views.time_tabs import tabs_of


@login_required
@require_safe
def bar(request: HttpRequest) -> HttpResponse:
    """What the header shows of the timer, for htmx."""
    if not may_enter(request.user):
        return HttpResponse("")
    page = getattr(getattr(request, "htmx", None), "current_url_abs_path", "")
    running = _running(request.user)
    return HttpResponse(draw("time/_bar.jinja", running=running, next=_ours(page or ""), csrf_token=get_token(request)))


def _running(user: Any) -> dict[str, Any] | None:
    """The timer with what it runs on, as its owner may know it."""
    timer = timer_of(user)
    if timer is None:
        return None
    place, now = place_of(timer), timezone.now()
    elapsed = max(0, int((now - timer.started_at).total_seconds()))
    return {
        "timer": timer,
        "named": named_places([place], user)[place],
        "elapsed": elapsed,
        "text": duration_text(elapsed // 60),
        "is_forgotten": is_forgotten(timer.started_at, now),
    }


@login_required
def timer(request: HttpRequest) -> HttpResponse:
    """The timer on a page of its own: to be started, and to say how long one worked where it was forgotten.

    POST `hours` stops it with so many.
    """
    user: Any = request.user
    if not may_enter(user):
        raise PermissionDenied
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entries = stop_timer(actor=user, minutes=form.cleaned_data["hours"])
        except TimeRefused as refusal:
            form.add_error("hours", str(refusal))
        else:
            _tell(request, entries)
            return HttpResponseRedirect(reverse("time:list"))
    running = _running(user)
    context = {
        "running": running,
        "form": form,
        "places": [] if running else offered_places(user),
        "tabs": tabs_of(user, "timer"),
    }
    return render(request, "time/timer.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """POST `on`, a task or project as "task:<key>", `note`, and `next`, the page to go back to."""
    place = place_named(request.POST.get("on", ""))
    if place is None:
        if not request.POST.get("on"):
            messages.warning(request, _("Choose a task or a project that you see."))
            return HttpResponseRedirect(_back(request))
        raise Http404
    try:
        start_timer(place, actor=request.user, note=request.POST.get("note", "").replace("\0", "").strip())
    except TimerForgotten as refusal:
        messages.warning(request, str(refusal))
        return HttpResponseRedirect(reverse("time:timer"))
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The timer runs."))
    return HttpResponseRedirect(_back(request))


@login_required
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """POST `next`, the page to go back to."""
    try:
        entries = stop_timer(actor=request.user)
    except TimerForgotten:
        return HttpResponseRedirect(reverse("time:timer"))
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        _tell(request, entries)
    return HttpResponseRedirect(_back(request))


@login_required
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """POST `next`, the page to go back to."""
    discard_timer(actor=request.user)
    messages.success(request, _("The timer is stopped, and nothing is entered."))
    return HttpResponseRedirect(_back(request))


def _tell(request: HttpRequest, entries: Sequence[TimeEntry]) -> None:
    hours = duration_text(sum(entry.minutes for entry in entries))
    messages.success(request, _("%(hours)s are entered.") % {"hours": hours})


def _back(request: HttpRequest) -> str:
    return _ours(request.POST.get("next", "")) or reverse("time:list")


def _ours(wanted: str) -> str:
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else ""
