"""Who has how much before him: the page, the work behind a cell, and moving it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

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

from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from crm.ui.parts import draw
from tasks.models import Task
from tasks.services.refusals import TaskRefused
from tasks.services.workload import move_work
from tasks.workload.people import MOST_PEOPLE, people_of, teammates_of
from tasks.workload.reading import WEEKS, sees_workload, workload_of
from tasks.workload.showing import Detail, detail_of, row_of
from tasks.workload.spreading import monday_of
from teams.models import Team, User
from teams.selectors.owners import owners_offered_to


@login_required
@require_safe
def workload(request: HttpRequest) -> HttpResponse:
    """GET `team` (its key) instead of one's own teams; `person` and `week`, a Monday or "none", open a cell.

    For htmx the opened cell alone or, without one, the table alone.
    """
    reader: Any = request.user
    if not sees_workload(reader):
        raise PermissionDenied
    team = _team(request)
    here = f"{reverse('workload:page')}?{urlencode({'team': team.pk})}&" if team else f"{reverse('workload:page')}?"
    is_part = bool(getattr(request, "htmx", False))
    detail = _detail(request, here)
    if is_part and detail is not None:
        return HttpResponse(_drawn(request, detail, reader))
    people = people_of(team) if team else teammates_of(reader)
    today = timezone.localdate()
    rows = [row_of(shown) for shown in workload_of(people, reader, today)]
    context = {
        "rows": rows,
        "weeks": [cell.monday for cell in rows[0].cells] if rows else [],
        "opened": (detail.person.pk, detail.week.monday if detail.week else None) if detail else None,
        "here": here,
    }
    if is_part:
        return HttpResponse(draw("workload/_table.jinja", is_part=True, **context))
    context |= {"team": team, "teams": Team.objects.order_by("name"), "detail": detail, "people": _offered(reader)}
    return render(request, "workload/page.html", context)


def _drawn(request: HttpRequest, detail: Detail, reader: Any) -> str:
    return draw("workload/_detail.jinja", detail=detail, people=_offered(reader), csrf_token=get_token(request))


def _offered(reader: Any) -> list[User]:
    return list(owners_offered_to(reader, Task).order_by("first_name", "last_name", "id")[:MOST_PEOPLE])


def _team(request: HttpRequest) -> Team | None:
    sent = request.GET.get("team", "")
    if not sent:
        return None
    team = Team.objects.filter(pk=sent).first() if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
    if team is None:
        raise Http404
    return team


def _detail(request: HttpRequest, here: str) -> Detail | None:
    sent, week = request.GET.get("person", ""), request.GET.get("week", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        return None
    person = User.objects.filter(pk=sent, is_active=True).first()
    monday = _monday(week)
    if person is None or (monday is None and week != "none"):
        return None
    opened = f"{here}person={person.pk}&week={week}#workload-detail"
    return detail_of(person, monday, reader=request.user, today=timezone.localdate(), here=opened)


def _monday(text: str) -> date | None:
    try:
        return monday_of(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


@login_required
@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `person` (a key) and `week` (a Monday, may be empty), `version`, and `next`, the page to go back to."""
    task, _permissions = fetch_record(Task, pk, reader=request.user, related=("owner", "team", "status"))
    sent = request.POST.get("version", "")
    task.version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else task.version
    owner, monday = _person(request), _monday(request.POST.get("week", ""))
    if monday is not None and not _is_planned(monday):
        monday = None
    try:
        move_work(task, actor=request.user, owner=owner, monday=monday)
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": task})
    except TaskRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is moved.") % {"name": task})
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/workload/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if is_ours else reverse("workload:page"))


def _is_planned(monday: date) -> bool:
    return 0 <= (monday - monday_of(timezone.localdate())).days < WEEKS * 7


def _person(request: HttpRequest) -> User | None:
    """Raises Http404 for a key of nobody who is offered."""
    sent = request.POST.get("person", "")
    if not sent:
        return None
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        raise Http404
    reader: Any = request.user
    person: User | None = User.objects.filter(pk=sent, is_active=True).first()
    if person is None or (person != reader and not owners_offered_to(reader, Task).filter(pk=person.pk).exists()):
        raise PermissionDenied
    return person
