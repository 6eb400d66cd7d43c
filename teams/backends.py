"""Who is signed in, read at every request together with what decides whether he may go on."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from crm.access.backend import RecordBackend
from teams.models import User


def is_second_factor_due(user: User) -> bool:
    """Whether his role asks for a second factor that he has not set up; read live, for everybody signed in."""
    known: bool | None = getattr(user, "second_factor_is_due", None)
    if known is None:
        # An instance that no backend loaded.
        known = User.objects.filter(_due(), pk=user.pk).exists()
    return known


def _due() -> Any:
    codes = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return Q(role__needs_second_factor=True) & ~Exists(codes)


class _Live:
    """Loads the person of a session with `second_factor_is_due`: every page needs it, and it costs no query more."""

    def get_user(self, user_id: Any) -> User | None:
        is_due = ExpressionWrapper(_due(), output_field=BooleanField())
        user = User.objects.annotate(second_factor_is_due=is_due).filter(pk=user_id, is_active=True).first()
        if user is not None:
            # Without a role the condition is unknown, not false.
            user.second_factor_is_due = bool(user.second_factor_is_due)
        return user


class RightsBackend(_Live, RecordBackend):
    """Permissions by roles and shares."""


class SignInBackend(_Live, AuthenticationBackend):
    """By user name or e-mail, and a password."""
