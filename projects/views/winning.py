"""Winning a deal with its project, giving a won deal one later, and reopening, which asks what becomes of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.access.rights import Action, hidden_fields
from crm.access.writing import LeavesScope
from crm.pages.reading import fetch_record
from projects.models import Deal, Project, StageKind
from projects.project_forms import EXISTING, NEW, ReopenForm, WinForm
from projects.project_selectors import project_of_deal
from projects.services import DealIsClosed, NewProject, ProjectChoice, ProjectFate, give_project, reopen_deal, win_deal
from projects.views.moves import done, movable, sent_version
from projects.winning import offer_of


@login_required
def deal_win(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks for the project, POST wins; without a `choice` the deal is won without one."""
    deal = movable(request, pk)
    if not deal.is_open:
        # The second click, or a colleague was first: nothing is done twice.
        messages.info(request, str(DealIsClosed()))
        return HttpResponseRedirect(deal.get_absolute_url())
    form = WinForm(request.POST or None, deal=deal, offer=offer_of(deal, actor=request.user), actor=request.user)
    title = _("“%(name)s” is won?") % {"name": deal}
    if request.method != "POST" or not form.is_valid():
        return _asked(request, deal, form, title, pgettext("act", "Mark as won"))
    said = _("“%(name)s” is won. Congratulations!") % {"name": deal}
    try:
        return done(
            request,
            deal,
            lambda: win_deal(deal, actor=request.user, project=_choice(form)),
            said=said,
            to=_after(request.user),
        )
    except LeavesScope:
        _refuse_manager(form)
        return _asked(request, deal, form, title, pgettext("act", "Mark as won"))


@login_required
def deal_make_project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The project of a deal that was won without one."""
    deal, permissions = fetch_record(Deal, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["project"]:
        raise PermissionDenied
    deal.version = sent_version(request, deal.version)
    offer = offer_of(deal, actor=request.user, asks_which=True)
    if deal.state != StageKind.WON or not offer.choices:
        raise PermissionDenied
    form = WinForm(request.POST or None, deal=deal, offer=offer, actor=request.user)
    title = _("The project of “%(name)s”") % {"name": deal}
    chosen = _choice(form) if request.method == "POST" and form.is_valid() else None
    if chosen is None:
        return _asked(request, deal, form, title, _("Save"))
    said = _("“%(name)s” has its project.") % {"name": deal}
    try:
        return done(
            request, deal, lambda: give_project(deal, chosen, actor=request.user), said=said, to=_after(request.user)
        )
    except LeavesScope:
        _refuse_manager(form)
        return _asked(request, deal, form, title, _("Save"))


@login_required
def deal_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks what becomes of the project that the win made; POST reopens, and keeps it unless told otherwise."""
    deal = movable(request, pk)
    made = _made_and_deletable(deal, request.user)
    if request.method != "POST":
        if deal.is_open:
            return HttpResponseRedirect(deal.get_absolute_url())
        return _asked_to_reopen(request, deal, made)
    fate = ProjectFate.BINNED if request.POST.get("project") == ProjectFate.BINNED.value else ProjectFate.KEPT
    if fate is ProjectFate.BINNED and made is None:
        raise PermissionDenied
    said = _("“%(name)s” is open again.") % {"name": deal}
    return done(request, deal, lambda: reopen_deal(deal, actor=request.user, fate=fate), said=said)


def _asked_to_reopen(request: HttpRequest, deal: Deal, made: Project | None) -> HttpResponse:
    form = ReopenForm(initial={"version": deal.version}) if made is not None else None
    context = {
        "title": _("Reopen “%(name)s”?") % {"name": deal},
        "text": _("This win made the project “%(name)s”.") % {"name": made} if made else "",
        "submit_label": _("Reopen"),
        "cancel_url": deal.get_absolute_url(),
        "is_mild": True,
        "form": form,
    }
    return render(request, "ui/confirm.html", context)


def _made_and_deletable(deal: Deal, actor: Any) -> Project | None:
    """The project that the win made, when the actor may know of it and move it to the recycle bin."""
    if "project" in hidden_fields(actor, Deal):
        return None
    return Project.objects.deletable_by(actor).filter(made_of=deal).first()  # type: ignore[no-any-return]


def _choice(form: WinForm) -> ProjectChoice:
    sent = form.cleaned_data
    if sent.get("choice") == EXISTING:
        return sent["project"]  # type: ignore[no-any-return]
    if sent.get("choice") == NEW:
        return NewProject(sent["name"].strip(), sent.get("code", ""), sent["kind"] or "fixed", sent.get("manager"))
    return None


def _refuse_manager(form: WinForm) -> None:
    refusal = _("You could not see this project any more. Choose another manager.")
    form.add_error("manager" if "manager" in form.fields else None, refusal)


def _asked(request: HttpRequest, deal: Deal, form: WinForm, title: str, submit_label: str) -> HttpResponse:
    context = {"deal": deal, "form": form, "title": title, "submit_label": submit_label}
    return render(request, "deals/win.html", context, status=422 if form.errors else 200)


def _after(actor: Any) -> Callable[[Deal], str]:
    """Leads to the project of the deal, where the actor sees it."""

    def page_of(deal: Deal) -> str:
        hides = "project" in hidden_fields(actor, Deal)
        project = None if hides else project_of_deal(deal, actor)
        return project.get_absolute_url() if project else deal.get_absolute_url()

    return page_of
