"""The week of a person: a grid to type hours into, handed in when it is done."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.access.rights import Action, may
from crm.ui.parts import draw
from tasks.models import TimeEntry
from tasks.services.time import Cell, set_cell
from tasks.services.time_refusals import TimeRefused
from tasks.services.time_week import submit_week, take_week_back
from tasks.time.choosing import found_places, offered_places
from tasks.time.durations import NoDuration, TooLong, minutes_of
from tasks.time.forms import TOO_LONG, UNREADABLE
from tasks.time.places import place_named
from tasks.time.reading import may_enter
from tasks.time.week import DAYS, MOST_ROWS, Wanted, WeekCell, cell_named, monday_of, week_named, week_of
from tasks.views.time_tabs import tabs_of
from teams.models import User

_MOST_ADDED = 20


@login_required
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """GET `week` is a day of it, `person` somebody else's; `add` names further rows, `rows=last` those of last week."""
    return _show(request, _monday(request), _wanted(request))


def _show(request: HttpRequest, monday: date, wanted: Wanted, *, status: int = 200) -> HttpResponse:
    reader: Any = request.user
    if not may(reader, Action.VIEW, TimeEntry):
        raise PermissionDenied
    person = _person(request)
    shown = week_of(person, monday, reader=reader, today=timezone.localdate(), wanted=wanted)
    is_own = person == reader
    context = {
        "week": shown,
        "is_own": is_own,
        "may_enter": is_own and may_enter(reader),
        "places": offered_places(reader) if is_own else [],
        "added": [str(place) for place in wanted.places],
        "with_last_week": wanted.with_last_week,
        "refused": len(wanted.refused),
        "this_week": monday_of(timezone.localdate()).isoformat(),
        "person_query": "" if is_own else f"&person={person.pk}",
        "removed": _removed(request) if is_own else None,
        "tabs": tabs_of(reader, "week"),
    }
    return render(request, "time/week.html", context, status=status)


def _person(request: HttpRequest) -> User:
    """Whose week it is: what the reader does not see of it is not there."""
    reader: Any = request.user
    sent = request.GET.get("person", "")
    if not sent or sent == str(reader.pk):
        return reader  # type: ignore[no-any-return]
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        raise Http404
    person: User = get_object_or_404(User, pk=sent)
    return person


def _removed(request: HttpRequest) -> UUID | None:
    """The entry that was just removed, to be brought back."""
    try:
        return UUID(request.GET.get("removed", ""))
    except ValueError:
        return None


def _monday(request: HttpRequest) -> date:
    sent = request.POST.get("week") or request.GET.get("week") or ""
    return week_named(sent, timezone.localdate())


def _wanted(request: HttpRequest, **more: Any) -> Wanted:
    asked = request.POST if request.method == "POST" else request.GET
    places = [place for name in asked.getlist("add")[:_MOST_ADDED] if (place := place_named(name)) is not None]
    return Wanted(places, asked.get("rows") == "last", **more)


def _address(monday: date, wanted: Wanted) -> str:
    asked: list[tuple[str, str]] = [("week", monday.isoformat())]
    asked += [("add", str(place)) for place in wanted.places]
    asked += [("rows", "last")] if wanted.with_last_week else []
    return f"{reverse('time:list')}?{urlencode(asked)}"


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """All cells of the page at once: those that cannot be stored are shown again, the others are kept."""
    _require_own(request)
    monday, refused, stored = _monday(request), {}, 0
    for name in list(request.POST)[: MOST_ROWS * DAYS * 3]:
        cell = _sent_cell(request, name)
        if cell is None:
            continue
        fault = _store(request, cell, request.POST[name])
        if fault:
            refused[name] = (request.POST[name][:40], fault)
        else:
            stored += 1
    if refused:
        return _show(request, monday, _wanted(request, refused=refused), status=422)
    if stored:
        messages.success(request, _("The week is saved."))
    return HttpResponseRedirect(_address(monday, _wanted(request)))


@login_required
@require_POST
def cell(request: HttpRequest) -> HttpResponse:
    """One cell, for htmx: it is drawn again, with the sums that it changes.

    Where its row is gone, as that of a task which its writer sees no more, the whole page is asked for again.
    """
    _require_own(request)
    name = next((name for name in request.POST if cell_named(name)), "")
    sent = _sent_cell(request, name, is_changed=False)
    if sent is None:
        raise Http404
    typed = request.POST[name]
    fault = _store(request, sent, typed)
    refused = {name: (typed[:40], fault)} if fault else {}
    wanted = Wanted([sent.place], refused=refused)
    reader: Any = request.user
    shown = week_of(reader, monday_of(sent.day), reader=reader, today=timezone.localdate(), wanted=wanted)
    row = next((row for row in shown.rows if row.named.place == sent.place), None)
    if row is None:
        if fault:
            messages.warning(request, fault)
        return HttpResponse(headers={"HX-Refresh": "true"})
    changed: WeekCell = next(one for one in row.cells if one.day == sent.day)
    return HttpResponse(
        draw("time/_cell_answer.jinja", cell=changed, row=row, week=shown, csrf_token=get_token(request))
    )


def _require_own(request: HttpRequest) -> None:
    if not may_enter(request.user):
        raise PermissionDenied


def _sent_cell(request: HttpRequest, name: str, *, is_changed: bool = True) -> Cell | None:
    """With what its writer saw there; None for what is no cell, or says what it said before."""
    named = cell_named(name)
    if named is None:
        return None
    place, day = named
    was = request.POST.get(name.replace("cell|", "was|", 1), "")
    seen = int(was) if was.isascii() and was.isdigit() and len(was) < 5 else None
    typed = request.POST[name]
    if is_changed and seen is not None and _minutes_or_none(typed) == seen:
        return None
    return Cell(place, day, seen)


def _minutes_or_none(typed: str) -> int | None:
    try:
        return minutes_of(typed)
    except (NoDuration, TooLong):
        return None


def _store(request: HttpRequest, cell: Cell, typed: str) -> str:
    """Why it was not stored; empty when it was."""
    try:
        set_cell(cell, minutes_of(typed), actor=request.user)
    except NoDuration:
        return str(UNREADABLE)
    except TooLong:
        return str(TOO_LONG)
    except TimeRefused as refusal:
        return str(refusal)
    except PermissionDenied:
        return _("You may not write here.")
    return ""


@login_required
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """POST `week`."""
    said = "%(count)s entry is submitted."
    return _hand(request, submit_week, lambda count: ngettext(said, "%(count)s entries are submitted.", count))


@login_required
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """POST `week`."""
    said = "%(count)s entry is a draft again."
    return _hand(request, take_week_back, lambda count: ngettext(said, "%(count)s entries are drafts again.", count))


def _hand(request: HttpRequest, act: Callable[..., int], sentence: Callable[[int], str]) -> HttpResponse:
    _require_own(request)
    monday = _monday(request)
    try:
        count = act(monday, actor=request.user)
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, sentence(count) % {"count": count})
    return HttpResponseRedirect(_address(monday, Wanted()))


@login_required
@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Tasks and projects in sight, for choices: {"results": [{"id", "text", "hint"}]}."""
    found = found_places(request.GET.get("q", "")[:200].replace("\0", ""), request.user)
    return JsonResponse({"results": [{"id": str(one.place), "text": one.name, "hint": one.project} for one in found]})
