"""Inviting people: the form, the invitations and what became of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.access.rights import Action, may
from teams.forms.invitations import InvitationForm
from teams.models import Invitation, User
from teams.selectors.invitations import InvitationState, in_state, invitations_of, state_of
from teams.services.invitations import Sent, invite_person, send_again, withdraw_invitation
from teams.services.invitations_mail import link_of
from teams.views.people import page_number, page_url, reader_of

ON_PAGE = 50


@login_required
@require_safe
def invitation_list(request: HttpRequest) -> HttpResponse:
    actor = _inviter(request)
    state = request.GET.get("state", "")
    found = invitations_of(actor)
    if state in InvitationState.values:
        found = found.filter(in_state(state))
    page = page_number(request)
    # One more than is shown tells whether there is a next page.
    rows = list(found[(page - 1) * ON_PAGE : page * ON_PAGE + 1])
    for invitation in rows:
        invitation.state = state_of(invitation)  # type: ignore[attr-defined]
    context = {
        "invitations": rows[:ON_PAGE],
        "states": InvitationState.choices,
        "state": state,
        "previous_url": page_url(request, page - 1) if page > 1 else "",
        "next_url": page_url(request, page + 1) if len(rows) > ON_PAGE else "",
    }
    return render(request, "teams/invitations/list.html", context)


@login_required
@never_cache
def invitation_new(request: HttpRequest) -> HttpResponse:
    actor = _inviter(request)
    form = InvitationForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invite_person(form.instance, actor=actor)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
        else:
            return _sent_page(request, sent)
    return render(request, "teams/invitations/new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_POST
@never_cache
def invitation_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = _inviter(request)
    invitation = _seen_invitation(actor, pk)
    try:
        return _sent_page(request, send_again(invitation, actor=actor))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("invitations:list"))


@login_required
@require_POST
def invitation_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = _inviter(request)
    invitation = _seen_invitation(actor, pk)
    try:
        withdraw_invitation(invitation, actor=actor)
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return HttpResponseRedirect(reverse("invitations:list"))


def _sent_page(request: HttpRequest, sent: Sent) -> HttpResponse:
    """Drawn at once and never again: the link cannot be made anew from what is stored."""
    context: dict[str, Any] = {"sent": sent, "invitation": sent.invitation, "link": link_of(sent.secret)}
    return render(request, "teams/invitations/sent.html", context)


def _inviter(request: HttpRequest) -> User:
    """Raises PermissionDenied."""
    actor: User = reader_of(request)
    if not may(actor, Action.ADD, User):
        raise PermissionDenied
    return actor


def _seen_invitation(actor: User, pk: UUID) -> Invitation:
    """Raises Http404."""
    return get_object_or_404(invitations_of(actor), pk=pk)
