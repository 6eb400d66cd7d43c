"""The card of a project: see, add, edit, one part at a time, bin, restore."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.models import Client
from crm.access.rights import Action, hidden_fields
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import Card, card_of
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record
from projects.models import Project
from projects.project_card import standing_of
from projects.project_forms import PART_FORMS, HealthForm, ProjectForm
from projects.project_selectors import last_project_moves, project_stages
from projects.services import create_project, judge_project, restore_project, save_project

_SHOWN_MOVES = 5


@login_required
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    project, permissions = fetch_record(Project, pk, reader=request.user, related=("owner", "team", "stage"))
    card = card_of(project, permissions, request.user)
    context = {"card": card, "project": project, **standing_of(card, request.user), **_acts(card, request.user)}
    return render(request, "projects/detail.html", context)


def _acts(card: Card, reader: Any) -> dict[str, Any]:
    project, sees = card.record, card.sees
    return {
        "client": _client_of(project, reader) if sees["client"] else None,
        "stages": project_stages() if sees["stage"] else [],
        "moves": last_project_moves(project, limit=_SHOWN_MOVES) if sees["stage"] else [],
        "may_move": card.may_edit["stage"],
        "may_judge": card.may_edit["health_word"],
    }


def _client_of(project: Project, reader: Any) -> Client | None:
    if project.client_id is None:
        return None
    return Client.objects.visible_to(reader).filter(pk=project.client_id).first()  # type: ignore[no-any-return]


@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    require_add(request, Project)
    form = ProjectForm(request.POST or None, instance=fresh_instance(Project), actor=request.user)
    client = _client_named(request)
    if client is not None and "client" in form.fields and request.method != "POST":
        form.initial["client"] = client.pk
    page = EditPage(
        form,
        save=create_project,
        template="projects/edit.html",
        title=_("New project"),
        cancel_url=client.get_absolute_url() if client else reverse("projects:list"),
    )
    return page.respond(request)


@login_required
def project_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    project, _permissions = fetch_record(Project, pk, reader=request.user, action=Action.CHANGE)
    form = ProjectForm(request.POST or None, instance=project, actor=request.user)
    return _edit_page(project, form, _("Edit “%(name)s”") % {"name": project}).respond(request)


@login_required
def project_part(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The rows of one part. Raises Http404 for a part out of sight, PermissionDenied for a locked one."""
    project, permissions = fetch_record(Project, pk, reader=request.user)
    if name not in PART_FORMS or name in hidden_fields(request.user, Project):
        raise Http404
    if not permissions.may_edit[name]:
        raise PermissionDenied
    form = PART_FORMS[name](request.POST or None, instance=project, actor=request.user)
    title = str(Project.part_model(name)._meta.verbose_name_plural).capitalize()
    page = _edit_page(project, form, title, template="projects/part.html")
    page.context = {"project": project, "part": name, "formset": form.parts[name]}
    return page.respond(request)


@login_required
def project_health(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The manager's own word."""
    project, permissions = fetch_record(Project, pk, reader=request.user)
    if "health_word" in hidden_fields(request.user, Project):
        raise Http404
    if not permissions.may_edit["health_word"]:
        raise PermissionDenied
    form = HealthForm(request.POST or None, instance=project, actor=request.user)
    title = _("How does “%(name)s” fare?") % {"name": project}
    page = _edit_page(project, form, title, template="projects/part.html")
    page.save, page.context = judge_project, {"project": project}
    return page.respond(request)


def _edit_page(project: Project, form: Any, title: str, *, template: str = "projects/edit.html") -> EditPage:
    return EditPage(form, save=save_project, template=template, title=title, cancel_url=project.get_absolute_url())


@login_required
def project_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Project, pk)


@login_required
def project_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Project, pk, restore=restore_project)


def _client_named(request: HttpRequest) -> Client | None:
    """The client that the page was opened from; None without one in sight."""
    try:
        key = UUID(request.GET.get("client", ""))
    except ValueError:
        return None
    return Client.objects.visible_to(request.user).filter(pk=key).first()  # type: ignore[no-any-return]
