"""What is done to a deal by one button: move, lose, duplicate. Winning and reopening: projects.views.winning."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.editing import require_add
from crm.pages.reading import fetch_record
from projects.forms import LoseForm
from projects.models import Deal
from projects.selectors import stage_named
from projects.services import MoveRefused, duplicate_deal, lose_deal, move_deal
from projects.telling import said_of_move

_LONGEST_VERSION = 9


@login_required
@require_POST
def deal_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `stage`, the key of a stage of the deal's pipeline, and `version`."""
    deal = movable(request, pk)
    stage = stage_named(deal, request.POST.get("stage", ""))
    if stage is None:
        raise Http404
    return done(request, deal, lambda: move_deal(deal, stage, actor=request.user))


@login_required
def deal_lose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks why, POST closes the deal."""
    deal = movable(request, pk)
    form = LoseForm(request.POST or None, initial={"version": deal.version}, actor=request.user)
    if request.method == "POST" and form.is_valid():
        deal.version = form.cleaned_data["version"]
        reason = form.cleaned_data.get("reason", "")
        return done(request, deal, lambda: lose_deal(deal, reason, actor=request.user))
    context = {
        "title": _("“%(name)s” is lost?") % {"name": deal},
        "text": _("It leaves the open deals, and can be reopened."),
        "submit_label": _("Mark as lost"),
        "cancel_url": deal.get_absolute_url(),
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def deal_duplicate(request: HttpRequest, pk: UUID) -> HttpResponse:
    deal, _permissions = fetch_record(Deal, pk, reader=request.user)
    require_add(request, Deal)
    try:
        copy = duplicate_deal(deal, actor=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(deal.get_absolute_url())
    messages.success(request, _("Here is the copy of “%(name)s”.") % {"name": deal})
    return HttpResponseRedirect(copy.get_absolute_url())


def movable(request: HttpRequest, pk: UUID) -> Deal:
    """The deal, at the version that the page showed. Raises Http404, PermissionDenied."""
    deal, permissions = fetch_record(Deal, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["stage"]:
        raise PermissionDenied
    deal.version = sent_version(request, deal.version)
    return deal


def sent_version(request: HttpRequest, otherwise: int) -> int:
    """The version that the page showed, as its form sent it."""
    version = request.POST.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) <= _LONGEST_VERSION
    return int(version) if is_number else otherwise


def done(
    request: HttpRequest,
    deal: Deal,
    act: Callable[[], Any],
    *,
    said: str = "",
    back_url: str = "",
    to: Callable[[Deal], str] | None = None,
) -> HttpResponse:
    """Tells how it went, and leads back to the deal or to where one came from, or where `to` says once it is done."""
    try:
        act()
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": deal})
    else:
        messages.success(request, said or said_of_move(deal))
        if to is not None:
            return HttpResponseRedirect(to(deal))
    return HttpResponseRedirect(back_url or deal.get_absolute_url())
