"""One entry of time: see, add, edit, remove, bring back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.card import Card, card_of
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_binned, fetch_record
from tasks.models import TimeEntry
from tasks.services.time import delete_time, log_time, may_decide_on, may_mend, restore_time, save_time
from tasks.services.time_refusals import TimeRefused
from tasks.time.durations import duration_text
from tasks.time.forms import TimeForm
from tasks.time.places import PROJECT, TASK, Place, named_places, place_named, place_of, record_of, sees_places
from tasks.time.reading import rules_of
from tasks.time.week import monday_of


def week_url(entry: TimeEntry, reader: Any) -> str:
    asked = {"week": monday_of(entry.day).isoformat()}
    if entry.owner_id != reader.pk:
        asked["person"] = str(entry.owner_id)
    return f"{reverse('time:list')}?{urlencode(asked)}"


@login_required
def entry_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    entry, permissions = fetch_record(TimeEntry, pk, reader=request.user, related=("owner", "team", "decided_by"))
    decides = permissions.can_change and may_decide_on(entry, request.user)
    place = place_of(entry)
    card = card_of(entry, permissions, request.user)
    context = {
        "entry": entry,
        "card": card,
        "title": _title(entry, card),
        "named": named_places([place], request.user)[place] if sees_places(request.user) else None,
        "may_write": permissions.can_change and may_mend(entry, request.user),
        "may_delete": permissions.can_delete and entry.is_open and may_mend(entry, request.user),
        "decides": decides,
        "billed": duration_text(entry.billed_minutes),
        "week_url": week_url(entry, request.user),
    }
    return render(request, "time/entry.html", context)


def _title(entry: TimeEntry, card: Card) -> str:
    """Without a note its hours and day, where the reader may know both."""
    if entry.name or not (card.sees["minutes"] and card.sees["day"]):
        return str(entry)
    return f"{entry.hours} · {date_format(entry.day, 'SHORT_DATE_FORMAT')}"


@login_required
def entry_new(request: HttpRequest) -> HttpResponse:
    """GET `on` is a task or project, as "task:<key>"."""
    require_add(request, TimeEntry)
    entry = fresh_instance(TimeEntry, day=timezone.localdate(), owner=request.user)
    form = TimeForm(request.POST or None, instance=entry, actor=request.user)
    place = place_named(request.GET.get("on", ""))
    # What is out of sight is not offered, nor are its rules told by the boxes that they tick.
    if place is not None and request.method != "POST" and record_of(place, request.user) is not None:
        form.fields["place"].offer(request.user, place)  # type: ignore[attr-defined]
        form.initial["place"] = str(place)
        form.initial["is_billable"] = _is_billable_on(place, request.user)
    page = EditPage(
        form,
        save=lambda record, parts, actor: log_time(record, actor=actor),
        template="time/edit.html",
        title=_("Enter time"),
        cancel_url=reverse("time:list"),
    )
    return page.respond(request)


def _is_billable_on(place: Place, reader: Any) -> bool:
    """What the project begins with, of the place itself or of its task, as far as the reader sees that."""
    project = record_of(place, reader)
    if project is not None and place.kind == TASK:
        project = record_of(Place(PROJECT, project.project_id), reader) if project.project_id else None
    return rules_of(project.pk if project is not None else None).is_billable


@login_required
def entry_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    entry, _permissions = fetch_record(TimeEntry, pk, reader=request.user, action=Action.CHANGE)
    if entry.is_open and not may_mend(entry, request.user):
        raise PermissionDenied
    form = TimeForm(request.POST or None, instance=entry, actor=request.user)
    page = EditPage(
        form,
        save=save_time,
        template="time/edit.html",
        title=_("Edit the time"),
        cancel_url=entry.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def entry_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks, POST removes it; the page that it leads to offers to bring it back."""
    entry, _permissions = fetch_record(TimeEntry, pk, reader=request.user, action=Action.DELETE)
    back = week_url(entry, request.user)
    if request.method != "POST":
        context = {
            "title": _("Remove this time?"),
            "text": _("It goes out of all sums. You can bring it back right after."),
            "submit_label": _("Remove the time"),
            "cancel_url": entry.get_absolute_url(),
        }
        return render(request, "ui/confirm.html", context)
    try:
        delete_time(entry, actor=request.user)
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    except StaleVersion as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("The time is removed."))
        back += f"&removed={entry.pk}"
    return HttpResponseRedirect(back)


@login_required
@require_POST
def entry_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    entry = fetch_binned(TimeEntry, pk, reader=request.user)
    try:
        restore_time(entry, actor=request.user)
    except (TimeRefused, StaleVersion, PermissionDenied) as refusal:
        messages.warning(request, str(refusal) or _("You may not write here."))
    else:
        messages.success(request, _("The time is back."))
    return HttpResponseRedirect(week_url(entry, request.user))
