"""When a session was last seen: noted every few minutes, and not at every request."""

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

NOTED = "last_seen_noted"
EVERY_SECONDS = 5 * 60


class LastSeenMiddleware:
    """The session itself holds when it was noted last, so the requests between ask the database nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key and _is_old(request.session.get(NOTED)):
            UserSession.objects.create_from_request(request)
            request.session[NOTED] = int(time.time())
        return self.get_response(request)


def _is_old(noted: Any) -> bool:
    return not isinstance(noted, int) or not 0 <= time.time() - noted < EVERY_SECONDS


def note_sign_in(sender: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    """Receiver of Django's `user_logged_in`: signing in is being seen."""
    if request is not None and hasattr(request, "session"):
        request.session[NOTED] = int(time.time())


def end_sessions(person: Any) -> None:
    """Sign a person out everywhere; registered as an ending of access."""
    get_adapter().end_sessions(UserSession.objects.filter(user=person))
