"""Deciding on the time of others: several weeks at once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.access.rights import hidden_fields
from tasks.models import TimeEntry
from tasks.services.time_refusals import ChangedSinceShown, ReasonMissing, TimeRefused
from tasks.services.time_week import approve_time, reject_time, reopen_time
from tasks.time.approval import waiting_for
from tasks.views.time_tabs import decides, tabs_of

_MOST_KEYS = 1000


@login_required
@require_safe
def approve(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    if not decides(request.user):
        raise PermissionDenied
    weeks, has_more = waiting_for(request.user)
    context = {
        "weeks": weeks,
        "has_more": has_more,
        "fault": fault,
        "chosen": set(request.POST.getlist("entry")),
        "sees_billable": "is_billable" not in hidden_fields(request.user, TimeEntry),
        "reason": request.POST.get("refusal", ""),
        "tabs": tabs_of(request.user, "approve"),
    }
    return render(request, "time/approve.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """POST `entry`, "key:version" of entries as they were shown, and `approve`, or `reject` with a `refusal`."""
    if not decides(request.user):
        raise PermissionDenied
    keys = _shown_keys(request)
    if not keys:
        return _show(request, fault=_("Choose what you decide on."), status=422)
    act, sentence = _approving(request) if "approve" in request.POST else _rejecting(request)
    try:
        count = act(keys)
    except (ReasonMissing, ChangedSinceShown) as refusal:
        return _show(request, fault=str(refusal), status=422)
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, sentence(count))
    return HttpResponseRedirect(reverse("time:approve"))


def _approving(request: HttpRequest) -> tuple[Callable[..., int], Callable[[int], str]]:
    return (
        lambda keys: approve_time(keys, actor=request.user),
        lambda count: (
            ngettext("%(count)s entry is approved.", "%(count)s entries are approved.", count) % {"count": count}
        ),
    )


def _rejecting(request: HttpRequest) -> tuple[Callable[..., int], Callable[[int], str]]:
    reason = request.POST.get("refusal", "").replace("\0", "")
    return (
        lambda keys: reject_time(keys, reason=reason, actor=request.user),
        lambda count: (
            ngettext("%(count)s entry is rejected.", "%(count)s entries are rejected.", count) % {"count": count}
        ),
    )


@login_required
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """POST `entry`, the key of one that was approved by mistake. Raises Http404 out of sight."""
    key = _key(request.POST.get("entry", ""))
    entry: Any = TimeEntry.objects.visible_to(request.user).filter(pk=key).first() if key else None
    if entry is None:
        raise Http404
    try:
        reopen_time([entry.pk], actor=request.user)
    except TimeRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The time is a draft again."))
    return HttpResponseRedirect(entry.get_absolute_url())


def _shown_keys(request: HttpRequest) -> dict[UUID, int]:
    """Versions by key, of what is one at all; of several entries in one box they stand after another."""
    found = {}
    for sent in " ".join(request.POST.getlist("entry")).split()[:_MOST_KEYS]:
        name, _colon, version = sent.partition(":")
        key = _key(name)
        if key is not None and version.isascii() and version.isdigit() and len(version) < 10:
            found[key] = int(version)
    return found


def _key(sent: str) -> UUID | None:
    try:
        return UUID(sent)
    except ValueError:
        return None
