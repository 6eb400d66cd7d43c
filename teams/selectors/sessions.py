"""The open sessions of a person, with their devices in words."""

from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _
from ua_parser import parse

from teams.models import User


@dataclass(frozen=True)
class OpenSession:
    session: UserSession
    device: str
    is_mobile: bool
    is_current: bool


def open_sessions(user: User, *, current_key: str | None) -> list[OpenSession]:
    """This one first, then by when they were last seen; those that have ended are forgotten."""
    sessions = UserSession.objects.purge_and_list(user)
    shown = [_shown(session, current_key) for session in sessions]
    return sorted(shown, key=lambda one: (not one.is_current, -one.session.last_seen_at.timestamp()))


def _shown(session: UserSession, current_key: str | None) -> OpenSession:
    device, is_mobile = device_of(session.user_agent)
    return OpenSession(session, device, is_mobile, session.session_key == current_key)


_OF_POCKET = frozenset({"iOS", "Android", "Windows Phone", "BlackBerry OS", "KaiOS"})


def device_of(user_agent: str) -> tuple[str, bool]:
    """Browser and system in words, such as "Firefox on Ubuntu"; and whether it is a phone or a tablet."""
    parsed = parse(user_agent)
    # "Mobile Safari", "Chrome Mobile": the system says that already.
    browser = parsed.user_agent.family.replace("Mobile", "").strip() if parsed.user_agent else ""
    system = parsed.os.family if parsed.os else ""
    is_mobile = system in _OF_POCKET
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}, is_mobile
    return browser or system or _("Unknown device"), is_mobile
