"""The question how a deal is split."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.access.rights import Action
from crm.access.writing import LeavesScope, StaleVersion
from crm.pages.editing import require_add
from crm.pages.reading import fetch_record
from projects.catalogue import lines_of
from projects.models import Deal
from projects.services import MoveRefused, may_split, split_deal
from projects.split_forms import SplitForm


@login_required
def deal_split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks what goes over, POST splits and leads to the new deal."""
    deal, _permissions = fetch_record(Deal, pk, reader=request.user, action=Action.CHANGE)
    require_add(request, Deal)
    if deal.is_open and not may_split(deal, request.user):
        raise PermissionDenied
    lines = lines_of(deal, request.user) if deal.is_open else []
    if not deal.is_open or (len(lines) < 2 and (lines or not deal.amount)):
        messages.error(request, _("There is nothing in this deal to split."))
        return HttpResponseRedirect(deal.get_absolute_url())
    form = SplitForm(request.POST or None, deal=deal, lines=lines)
    if request.method == "POST" and form.is_valid():
        return _split(request, deal, form)
    return _show(request, deal, form)


def _split(request: HttpRequest, deal: Deal, form: SplitForm) -> HttpResponse:
    deal.version = form.cleaned_data["version"]
    try:
        part = split_deal(deal, actor=request.user, **form.chosen)
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": deal})
        return HttpResponseRedirect(deal.get_absolute_url())
    except (MoveRefused, LeavesScope) as refusal:
        form.add_error(None, str(refusal))
        return _show(request, deal, form)
    messages.success(request, _("“%(name)s” is split: here is the new deal.") % {"name": deal})
    return HttpResponseRedirect(part.get_absolute_url())


def _show(request: HttpRequest, deal: Deal, form: SplitForm) -> HttpResponse:
    context = {"deal": deal, "form": form, "title": _("Split “%(name)s”") % {"name": deal}}
    return render(request, "deals/split.html", context, status=422 if form.errors else 200)
