"""My day, and for those who see others' tasks the day of a colleague; moving dates from there."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clients.filters import owners_known_to
from crm.access.rights import Action, may
from tasks.day import day_of
from tasks.models import Task
from tasks.services import Shifted, put_back, shift_tasks
from tasks.switch import require_view, view_links

_SALT = "tasks.shift"
# A day: after it nobody remembers what he would take back.
_UNDO_SECONDS = 24 * 60 * 60


@login_required
@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """`person` is the key of a colleague whose tasks the reader may see."""
    require_view(request, "day")
    people = owners_known_to(request, Task)
    person = _person(request, people)
    context = {
        "sections": day_of(person, request.user),
        "person": person,
        "people": people,
        "is_own": person.pk == request.user.pk,
        "views": view_links(request, "day"),
        "today": timezone.localdate(),
        "may_add": may(request.user, Action.ADD, Task),
        "may_shift": may(request.user, Action.CHANGE, Task),
    }
    return render(request, "tasks/day.html", context)


def _person(request: HttpRequest, people: Any) -> Any:
    key = request.GET.get("person", "")
    if not key or key == str(request.user.pk):
        return request.user
    found = people.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 10 else None
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def tasks_shift(request: HttpRequest) -> HttpResponse:
    """POST `task` (keys), and `to`: "today", "tomorrow", "week" (next Monday), "none", or "date" with `date`."""
    keys = _keys(request.POST.getlist("task"))
    back = back_of(request)
    if not keys:
        messages.info(request, _("Tick the tasks that are to be moved."))
        return HttpResponseRedirect(back)
    try:
        day = _day_meant(request)
        shifted = shift_tasks(keys, day, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(back)
    _tell(request, shifted, day, back)
    return HttpResponseRedirect(back)


@login_required
@require_POST
def tasks_put_back(request: HttpRequest) -> HttpResponse:
    """POST `undo`, what `tasks_shift` signed: the tasks are due again where they were."""
    try:
        told = signing.loads(request.POST.get("undo", ""), salt=_SALT, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("This can be taken back no more."))
        return HttpResponseRedirect(back_of(request))
    before = {
        UUID(key): ((day and parse_date(day), at and parse_datetime(at), zone), version)
        for key, (day, at, zone, version) in told.items()
    }
    shifted = put_back(before, actor=request.user)
    count = len(shifted.before)
    for sentence in shifted.refused:
        messages.warning(request, sentence)
    if not count:
        return HttpResponseRedirect(back_of(request))
    messages.success(
        request, ngettext("%(count)s task is back.", "%(count)s tasks are back.", count) % {"count": count}
    )
    return HttpResponseRedirect(back_of(request))


def _day_meant(request: HttpRequest) -> date | None:
    today = timezone.localdate()
    wanted = request.POST.get("to", "")
    if wanted == "none":
        return None
    if wanted == "date":
        return _typed_day(request.POST.get("date", ""))
    days = {"today": 0, "tomorrow": 1, "week": 7 - today.weekday()}.get(wanted)
    if days is None:
        raise ValidationError(_("Say to which day they are to be moved."))
    return today + timedelta(days=days)


def _typed_day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError(_("Give the day to which they are to be moved."))
    return day


def _tell(request: HttpRequest, shifted: Shifted, day: date | None, back: str) -> None:
    count = len(shifted.before)
    for sentence in shifted.refused:
        messages.warning(request, sentence)
    if not count:
        if not shifted.refused:
            messages.info(
                request, _("There was nothing to move: the tasks are due then already, or not yours to change.")
            )
        return
    sentence = (
        ngettext("%(count)s task is due on %(day)s.", "%(count)s tasks are due on %(day)s.", count)
        % {"count": count, "day": date_format(day)}
        if day
        else ngettext("%(count)s task has no date now.", "%(count)s tasks have no date now.", count) % {"count": count}
    )
    told = {
        str(key): (due and f"{due}", at and at.isoformat(), zone, version)
        for key, ((due, at, zone), version) in shifted.before.items()
    }
    form = format_html(
        '{} <form method="post" action="{}" class="ui-inline-form"><input type="hidden" name="csrfmiddlewaretoken" '
        'value="{}"><input type="hidden" name="undo" value="{}"><input type="hidden" name="next" value="{}">'
        '<button type="submit" class="ui-link">{}</button></form>',
        sentence,
        reverse("tasks:put_back"),
        get_token(request),
        signing.dumps(told, salt=_SALT),
        back,
        _("Take it back"),
    )
    messages.success(request, form)


def _keys(sent: list[str]) -> list[UUID]:
    found = []
    for key in sent:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found


def back_of(request: HttpRequest, *, otherwise: str = "") -> str:
    """Where one came from, as the form or the address says in `next`."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else otherwise or reverse("tasks:day")
