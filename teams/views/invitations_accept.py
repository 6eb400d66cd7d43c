"""The way in: an invited person opens the link, chooses a user name and a password, and is signed in."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.internal.ratelimit import consume_or_429
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from teams.forms.invitations import AcceptForm
from teams.models import Company, Invitation, User
from teams.services.invitations import LinkIsDead, NoLongerGiven, accept_invitation, digest_of, fetch_open

_KEPT = "invitation"
_LIMITS: dict[str, Any] = {
    "app": "teams",
    "action": "accept_invitation",
    "config": {"accept_invitation": "30/5m/ip"},
    "limit_get": True,
}


@never_cache
@require_safe
@sensitive_variables("secret")
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Leads on to a page whose address holds no secret, so that no log and no referrer carries it further."""
    refused = consume_or_429(request, **_LIMITS)
    if refused is not None:
        # Refused answers are logged with their address.
        refused._has_been_logged = True  # type: ignore[attr-defined]
        return refused
    try:
        request.session[_KEPT] = fetch_open(digest_of(secret)).secret_digest
    except LinkIsDead:
        request.session.pop(_KEPT, None)
    return HttpResponseRedirect(reverse("invitations:accept"))


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    refused = consume_or_429(request, **_LIMITS) if request.method == "POST" else None
    if refused is not None:
        return refused
    if request.user.is_authenticated:
        return render(request, "teams/invitations/signed_in.html")
    try:
        invitation = fetch_open(request.session.get(_KEPT, ""))
    except LinkIsDead:
        return render(request, "teams/invitations/dead.html", status=404)
    with translation.override(invitation.language):
        return _accept_page(request, invitation)


def _accept_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    names = {"first_name": invitation.first_name, "last_name": invitation.last_name}
    # The password is compared with the e-mail too.
    form = AcceptForm(request.POST or None, initial=names, instance=User(email=invitation.email))
    if request.method == "POST" and form.is_valid():
        try:
            return _come_in(request, invitation, form)
        except LinkIsDead:
            return render(request, "teams/invitations/dead.html", status=404)
        except NoLongerGiven as refusal:
            return render(request, "teams/invitations/refused.html", {"sentence": str(refusal)}, status=403)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    context = {"form": form, "invitation": invitation, "company": Company.current()}
    return render(request, "teams/invitations/accept.html", context, status=422 if form.is_bound else 200)


def _come_in(request: HttpRequest, invitation: Invitation, form: AcceptForm) -> HttpResponse:
    person = accept_invitation(invitation.secret_digest, form.save(commit=False))
    request.session.pop(_KEPT, None)
    answer: HttpResponse = perform_login(request, person, email_verification="none")
    # He has just chosen his password: the set-up of a second factor need not ask for it again.
    record_authentication(request, person, "password")
    return answer
