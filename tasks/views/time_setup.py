"""Time on one project: what was worked, and how it is counted; and the locked period of the company."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, hidden_fields, may
from crm.pages.reading import fetch_record
from projects.models import Project
from tasks.models import ProjectTimeChange, TimeEntry, TimeLock
from tasks.services.time_refusals import TimeRefused
from tasks.services.time_setup import lock_time, save_project_time
from tasks.time.forms import LockForm, ProjectTimeForm
from tasks.time.project_time import time_on
from tasks.time.reading import locked_until, may_enter, rules_of
from tasks.time.rights import may_lock
from tasks.views.time_tabs import tabs_of

_SHOWN_LOCKS = 20
_SHOWN_CHANGES = 20


@login_required
@require_safe
def of_project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was worked on a project, in the reader's sight; a part of its card when htmx asks for it."""
    project, permissions = fetch_record(Project, pk, reader=request.user)
    if not may(request.user, Action.VIEW, TimeEntry) or "project" in hidden_fields(request.user, TimeEntry):
        raise Http404
    context = {
        "project": project,
        "time": time_on(project, request.user),
        "rules": rules_of(project.pk),
        "may_rule": permissions.can_change,
        "may_enter": may_enter(request.user),
    }
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "time/_of_project.html" if is_part else "time/project.html", context)


@login_required
def project_rules(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How time on this project is counted; for those who may change the project."""
    project, _permissions = fetch_record(Project, pk, reader=request.user, action=Action.CHANGE)
    form = ProjectTimeForm(request.POST or None, instance=rules_of(project.pk))
    if request.method == "POST" and form.is_valid():
        save_project_time(form.instance, actor=request.user)
        messages.success(request, _("Time on “%(name)s” is counted so from now on.") % {"name": project})
        return HttpResponseRedirect(project.get_absolute_url())
    context = {
        "project": project,
        "form": form,
        "log": ProjectTimeChange.objects.select_related("changed_by").filter(project=project)[:_SHOWN_CHANGES],
        "cancel_url": project.get_absolute_url(),
    }
    return render(request, "time/project_rules.html", context, status=422 if form.is_bound else 200)


@login_required
def lock(request: HttpRequest) -> HttpResponse:
    """POST `until` and `reason` lock, `open` opens everything again."""
    user: Any = request.user
    if not may_lock(user):
        raise PermissionDenied
    form = LockForm(request.POST if request.method == "POST" and "open" not in request.POST else None)
    if request.method == "POST" and _locks(request, form):
        return HttpResponseRedirect(reverse("time:lock"))
    context = {
        "form": form,
        "until": locked_until(),
        "log": TimeLock.objects.select_related("locked_by")[:_SHOWN_LOCKS],
        "tabs": tabs_of(user, "lock"),
    }
    return render(request, "time/lock.html", context, status=422 if form.is_bound else 200)


def _locks(request: HttpRequest, form: LockForm) -> bool:
    if "open" in request.POST:
        lock_time(None, actor=request.user)
        messages.success(request, _("All periods are open again."))
        return True
    if not form.is_valid():
        return False
    until = form.cleaned_data["until"]
    try:
        lock_time(until, actor=request.user, reason=form.cleaned_data["reason"])
    except TimeRefused as refusal:
        form.add_error("until", str(refusal))
        return False
    messages.success(request, _("Time is locked until %(day)s.") % {"day": date_format(until, "DATE_FORMAT")})
    return True
