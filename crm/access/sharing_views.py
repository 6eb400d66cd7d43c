"""The sharing page of a record: with whom it is shared, and who sees it and why.

Everybody who sees the record may look; those who may share it change what is shared. Scripts show it as a dialog.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from crm.access.explaining import grouped, who_sees
from crm.access.rights import Action, hidden_fields
from crm.access.shares import CannotBeSharedWith, Given, share, shares_of, withdraw
from crm.access.sharing_forms import HolderForm, ShareForm, holders_found
from crm.pages.reading import Permissions, fetch_record

# Of each group; a large company has hundreds of people under one role.
_MOST_SHOWN = 20


def sharing_page(request: Any, model: Any, pk: UUID) -> HttpResponse:
    """Look at the shares, give one, change one or take one back. Raises Http404, PermissionDenied."""
    record, permissions = fetch_record(model, pk, reader=request.user, related=("owner", "team"))
    if request.method != "POST":
        return _shown(request, record, permissions, _empty_form(permissions))
    if not permissions.can_share:
        raise PermissionDenied
    if "withdraw" in request.POST:
        return _withdraw(request, record)
    form = ShareForm(request.POST, actions=permissions.actions)
    if form.is_valid() and _share(record, form, actor=request.user):
        return _done(request, record, _("Shared."))
    return _shown(request, record, permissions, form)


def _share(record: Any, form: ShareForm, *, actor: Any) -> bool:
    person, team = form.cleaned_data["holder"]
    action = Action(form.cleaned_data["action"])
    try:
        share(record, action=action, actor=actor, with_user=person, with_team=team, until=form.until)
    except CannotBeSharedWith as refusal:
        form.add_error("holder", refusal)
        return False
    return True


def _withdraw(request: Any, record: Any) -> HttpResponse:
    form = HolderForm(request.POST)
    if not form.is_valid():
        return _done(request, record, "")
    person, team = form.cleaned_data["holder"]
    action = Action(form.cleaned_data["action"])
    is_gone = withdraw(record, action=action, actor=request.user, with_user=person, with_team=team)
    return _done(request, record, _("The share is withdrawn.") if is_gone else "")


def _done(request: Any, record: Any, sentence: str) -> HttpResponse:
    """Back to the page, or to the list when the record has left the actor's own sight with what he withdrew."""
    if not type(record).objects.visible_to(request.user).filter(pk=record.pk).exists():
        away = reverse(f"{record.namespace()}:list")
        return HttpResponseClientRedirect(away) if request.htmx else HttpResponseRedirect(away)
    if request.htmx:
        fresh, permissions = fetch_record(type(record), record.pk, reader=request.user, related=("owner", "team"))
        return _shown(request, fresh, permissions, _empty_form(permissions), note=sentence)
    if sentence:
        messages.success(request, sentence)
    return HttpResponseRedirect(record.url("sharing"))


def _shown(
    request: Any, record: Any, permissions: Permissions, form: ShareForm | None, *, note: str = ""
) -> HttpResponse:
    if form is not None:
        form.offer(search_url=record.url("sharing_holders"), actor=request.user, with_everybody=not request.htmx)
    shares = shares_of(record)
    # The ways by which people see it name its owner and its team, even by who is missing.
    is_told = not hidden_fields(request.user, type(record)) & {"owner", "team"}
    people = who_sees(record, shares=shares, reader=request.user) if is_told else []
    context = {
        "record": record,
        "permissions": permissions,
        "form": form,
        "rows": [(given, _row_form(given, permissions)) for given in shares],
        "is_told": is_told,
        "people_count": len(people),
        "groups": grouped(people, most=None if "everybody" in request.GET else _MOST_SHOWN),
        "note": note,
        "is_changed": request.method == "POST",
    }
    return render(request, "access/_sharing.html" if request.htmx else "access/sharing.html", context)


def _empty_form(permissions: Permissions) -> ShareForm | None:
    return ShareForm(actions=permissions.actions) if permissions.can_share else None


def _row_form(given: Given, permissions: Permissions) -> ShareForm | None:
    """The form that changes a share; None where this reader can only withdraw it, or not even that."""
    is_his_to_give = permissions.can_share and given.action in permissions.actions
    if not is_his_to_give or not given.is_level or given.is_of_inactive:
        return None
    last_day = None if given.until is None else timezone.localdate(given.until - timedelta(microseconds=1))
    return ShareForm(
        initial={"action": given.action, "last_day": last_day},
        auto_id=f"id_{given.key}_%s",
        actions=permissions.actions,
    )


def holders(request: HttpRequest, model: Any, pk: UUID) -> JsonResponse:
    """People and teams to share with, for those who may share this record. Raises Http404, PermissionDenied."""
    fetch_record(model, pk, reader=request.user, action=Action.SHARE)
    return JsonResponse({"results": holders_found(request.GET.get("q", "")[:100], actor=request.user)})


def sharing_paths(model: Any) -> list[URLPattern]:
    """URLs `sharing` and `sharing_holders` of a record type, to be included under its namespace."""

    @login_required
    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        return sharing_page(request, model, pk)

    @login_required
    @require_safe
    def found(request: HttpRequest, pk: UUID) -> HttpResponse:
        return holders(request, model, pk)

    return [
        path("<uuid:pk>/sharing/", page, name="sharing"),
        path("<uuid:pk>/sharing/holders/", found, name="sharing_holders"),
    ]
