"""What is done to a project by one button or one drag: another stage, other days, a milestone on or back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from projects.models import MilestoneState, Project
from projects.project_selectors import project_stage_named
from projects.services import NoSuchMilestone, move_project, put_milestone_off, set_milestone_state, shift_plan
from projects.views.moves import sent_version


@login_required
@require_POST
def project_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `stage`, the key of a stage of projects, and `version`."""
    project, permissions = fetch_record(Project, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["stage"]:
        raise PermissionDenied
    stage = project_stage_named(request.POST.get("stage", ""))
    if stage is None:
        raise Http404
    project.version = sent_version(request, project.version)
    said = _("“%(name)s” is in “%(stage)s” now.") % {"name": project, "stage": stage}
    do_and_tell(request, project, lambda: move_project(project, stage, actor=request.user), said)
    return HttpResponseRedirect(project.get_absolute_url())


def do_and_tell(request: HttpRequest, project: Project, act: Callable[[], Any], said: str) -> bool:
    """Whether it was done; a conflict is told and nothing overwritten."""
    try:
        act()
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": project})
        return False
    messages.success(request, said)
    return True


@login_required
@require_POST
def project_shift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `start` and `end`, the days by which each is put off, `version`, and `next`, the page to go back to."""
    project, permissions = fetch_record(Project, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["planned_start"] or not permissions.may_edit["planned_end"]:
        raise PermissionDenied
    project.version = sent_version(request, project.version)
    start, end = _days(request, "start"), _days(request, "end")
    said = _("The plan of “%(name)s” is moved.") % {"name": project}
    try:
        do_and_tell(request, project, lambda: shift_plan(project, actor=request.user, start=start, end=end), said)
    except ValueError:
        messages.error(request, _("“%(name)s” would end before it begins.") % {"name": project})
    return _back(request, project)


@login_required
@require_POST
def project_milestone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `milestone` (its key) with `days` or `state`, `version`, and `next`, the page to go back to."""
    project, permissions = fetch_record(Project, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["milestones"]:
        raise PermissionDenied
    project.version = sent_version(request, project.version)
    sent = request.POST.get("milestone", "")
    key = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 18 else 0
    state = request.POST.get("state", "")
    said = _("The milestone of “%(name)s” is moved.") % {"name": project}

    def act() -> Any:
        if state in MilestoneState.values:
            return set_milestone_state(project, key, MilestoneState(state), actor=request.user)
        return put_milestone_off(project, key, _days(request, "days"), actor=request.user)

    try:
        do_and_tell(request, project, act, said)
    except NoSuchMilestone as error:
        raise Http404 from error
    return _back(request, project)


_FURTHEST_DAYS = 3660


def _days(request: HttpRequest, name: str) -> int:
    """A number of days with its sign; 0 for anything else."""
    text = request.POST.get(name, "").strip()
    digits = text.removeprefix("-").removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 5:
        return 0
    return max(-_FURTHEST_DAYS, min(_FURTHEST_DAYS, -int(digits) if text.startswith("-") else int(digits)))


def _back(request: HttpRequest, project: Project) -> HttpResponse:
    """To the page that sent the form, when it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/projects/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if is_ours else project.get_absolute_url())
