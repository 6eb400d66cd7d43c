"""The second factor: kept encrypted, asked for where a role says so, and no code taken twice."""

import base64
import secrets
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from teams.backends import is_second_factor_due
from teams.models import User

# What a person reaches who has yet to set his second factor up; signing in again is a step of that.
OPEN_TO_ALL = frozenset({"mfa_activate_totp", "account_reauthenticate", "account_logout", "account_login"})


class SecondFactorMiddleware:
    """Leads people whose role asks for a second factor to its set-up, whatever page, admin or export they asked for.

    Judges who is signed in at every request, so a rule made today catches the sessions of yesterday.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not is_second_factor_due(user) or _is_open(request):
            return self.get_response(request)
        set_up = reverse("mfa_activate_totp")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(set_up)
        return HttpResponseRedirect(set_up)


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in OPEN_TO_ALL
    except Resolver404:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with a key made of SECRET_KEY; those of an older key open while it is a fallback."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Your role needs the second factor."),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # The key is gone: no code fits any more, rather than those of a secret that anybody could guess.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        is_code = authenticator.type == Authenticator.Type.TOTP
        user = User.objects.select_related("role").get(pk=authenticator.user_id)
        return not (is_code and user.role is not None and user.role.needs_second_factor)


def _box() -> MultiFernet:
    secret_keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(str(secret))) for secret in secret_keys])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"porada second factor").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


def _refuse_used(user: User, code: str) -> None:
    """Raises ValidationError for a code that was taken before, as long as it could be taken again."""
    lasts = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
    if not cache.add(f"second-factor-used:{user.pk}:{normalize_user_code(code)}", True, timeout=lasts):
        raise get_mfa_adapter().validation_error("incorrect_code")


class _Once:
    """Takes a code one time only, and two that come at the same moment one after the other."""

    user: User

    def clean_code(self) -> str:
        refusal = None
        with transaction.atomic():
            list(Authenticator.objects.select_for_update().filter(user=self.user))
            try:
                code: str = super().clean_code()  # type: ignore[misc]
                _refuse_used(self.user, code)
            except ValidationError as fault:
                # Raised after the transaction: the count of failed attempts is kept in the same database.
                refusal = fault
        if refusal is not None:
            raise refusal
        return code


class CodeAtSignIn(_Once, AuthenticateForm):
    pass


class CodeAgain(_Once, ReauthenticateForm):
    pass


class FirstCode(_Once, ActivateTOTPForm):
    def clean_code(self) -> str:
        code = super().clean_code()
        # The recovery codes are shown next, and only to somebody who has just shown the second factor.
        record_authentication(context.request, self.user, "mfa")
        return code
