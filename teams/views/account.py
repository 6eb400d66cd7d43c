"""The security page of one's own account: password, second factor, sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from teams.selectors.sessions import open_sessions


@login_required
@require_safe
def security(request: Any) -> HttpResponse:
    kept = {one.type: one for one in Authenticator.objects.filter(user=request.user)}
    codes = kept.get(Authenticator.Type.RECOVERY_CODES)
    role = request.user.role
    context = {
        "second_factor": kept.get(Authenticator.Type.TOTP),
        "unused_codes": len(codes.wrap().get_unused_codes()) if codes else 0,
        "is_needed": role is not None and role.needs_second_factor,
        "sessions": open_sessions(request.user, current_key=request.session.session_key),
    }
    return render(request, "account/security.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other session of one's own. Raises Http404 for anybody else's, and for the one that asks."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    get_adapter().end_sessions([get_object_or_404(others, pk=pk)])
    messages.success(request, _("The session is signed out."))
    return HttpResponseRedirect(reverse("mfa_index"))


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    others = list(UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key))
    get_adapter().end_sessions(others)
    told = ngettext("%(count)d session is signed out.", "%(count)d sessions are signed out.", len(others))
    messages.success(request, told % {"count": len(others)})
    return HttpResponseRedirect(reverse("mfa_index"))
