"""Who is signed in, read at every request together with what decides whether he may go on."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from crm.access.backend import RecordBackend
from crm.access.rights import keep_rights
from teams.models import User
from teams.rights import rights_sql, rights_told


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


# All that a request needs to know of its person, in one statement and past the ORM, which took 4 ms to compose it.
_PERSON = f"""
    SELECT p.*, {rights_sql(role="p.role_id", person="p.id")} AS told_rights,
        COALESCE(r.needs_second_factor AND NOT EXISTS (
            SELECT FROM mfa_authenticator WHERE type = '{Authenticator.Type.TOTP}' AND user_id = p.id
        ), FALSE) AS second_factor_is_due
    FROM teams_user p LEFT JOIN teams_role r ON r.id = p.role_id
    WHERE p.id = %s AND p.is_active
"""  # noqa: S608


class _Live:
    """Loads the person of a session with his rights and `second_factor_is_due`: every page needs them."""

    def get_user(self, user_id: Any) -> User | None:
        user = next(iter(User.objects.raw(_PERSON, [user_id])), None)
        if user is not None:
            told = vars(user).pop("told_rights")
            if not user.is_superuser:
                keep_rights(user, rights_told(told))
        return user


class RightsBackend(_Live, RecordBackend):
    """Permissions by roles and shares."""


class SignInBackend(_Live, AuthenticationBackend):
    """By user name or e-mail, and a password."""
