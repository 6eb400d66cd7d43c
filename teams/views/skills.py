"""The catalogue of skills: everybody looks, those who change the company keep it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, may
from teams.forms.skills import MergeForm, SkillForm
from teams.models import Company, Skill
from teams.selectors.skills import catalogue, categories, people_who_know
from teams.services import merge_skills, save_skill


def _keeps(request: HttpRequest) -> bool:
    return may(request.user, Action.CHANGE, Company)


def _require_keeper(request: HttpRequest) -> Any:
    """The reader. Raises PermissionDenied unless he keeps the catalogue."""
    if not _keeps(request):
        raise PermissionDenied
    return request.user


@login_required
@require_safe
def skill_list(request: HttpRequest) -> HttpResponse:
    shows_archived = "archived" in request.GET
    context = {
        "entries": catalogue(archived=shows_archived),
        "shows_archived": shows_archived,
        "may_change": _keeps(request),
    }
    return render(request, "teams/skills/list.html", context)


@login_required
@require_safe
def skill_detail(request: HttpRequest, pk: int) -> HttpResponse:
    skill = get_object_or_404(Skill, pk=pk)
    context = {"skill": skill, "people": people_who_know(skill), "may_change": _keeps(request)}
    return render(request, "teams/skills/detail.html", context)


@login_required
def skill_new(request: HttpRequest) -> HttpResponse:
    _require_keeper(request)
    return _skill_form(request, Skill(), _("New skill"), reverse("skills:list"))


@login_required
def skill_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _require_keeper(request)
    skill = get_object_or_404(Skill, pk=pk)
    title = _("Edit “%(name)s”") % {"name": skill}
    return _skill_form(request, skill, title, reverse("skills:detail", args=[pk]))


def _skill_form(request: HttpRequest, skill: Skill, title: str, cancel_url: str) -> HttpResponse:
    form = SkillForm(request.POST or None, instance=skill)
    if request.method == "POST" and form.is_valid():
        stored = save_skill(form.instance, actor=_require_keeper(request))
        messages.success(request, _("“%(name)s” is saved.") % {"name": stored})
        return HttpResponseRedirect(reverse("skills:detail", args=[stored.pk]))
    context = {"form": form, "title": title, "cancel_url": cancel_url, "categories": categories()}
    return render(request, "teams/skills/edit.html", context, status=422 if form.is_bound else 200)


@login_required
def skill_merge(request: HttpRequest, pk: int) -> HttpResponse:
    keeper = _require_keeper(request)
    skill = get_object_or_404(Skill, pk=pk)
    form = MergeForm(request.POST or None, skill=skill)
    if request.method == "POST" and form.is_valid():
        try:
            kept = merge_skills(skill, into=form.cleaned_data["into"], actor=keeper)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = {"gone": skill.name, "kept": kept}
            messages.success(request, _("“%(gone)s” is now a part of “%(kept)s”.") % words)
            return HttpResponseRedirect(reverse("skills:detail", args=[kept.pk]))
    context = {
        "form": form,
        "title": _("Merge “%(name)s” with another skill") % {"name": skill},
        "text": _("People keep the higher level and the later date. This skill leaves the catalogue for good."),
        "submit_label": _("Merge"),
        "cancel_url": reverse("skills:detail", args=[pk]),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)
