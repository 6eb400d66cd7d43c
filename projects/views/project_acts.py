"""What is done to a project by one button: move it to another stage."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from projects.models import Project
from projects.project_selectors import project_stage_named
from projects.services import move_project
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
