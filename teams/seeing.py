"""Looking at the product as somebody else sees it: for reading alone, half an hour at the most, and logged.

While it goes on, `request.user` is the person looked as and `request.real_user` who really sits there.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve

from teams.models import SeenAs, User
from teams.selectors.seeing import LONGEST, over_at
from teams.services.seeing import end_seeing, may_see_as

KEY = "seen_as"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What is nobody's but his own: sign-ins, passwords, codes, sessions; and the admin, which writes the most.
_CLOSED = ("account/", "admin/")


class SeeingMiddleware:
    """Stands after everything that judges who is really signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        look = _look_of(request)
        if look is None:
            return self.get_response(request)
        name, route = _address(request)
        if request.method == "POST" and name == "roles:end_seeing":
            return self.get_response(request)
        if request.method == "POST" and name == "account_logout":
            end_of(request)
            return self.get_response(request)
        return self._as_the_other(request, look, route)

    def _as_the_other(self, request: Any, look: SeenAs, route: str) -> HttpResponseBase:
        kept = request.user, request.session, getattr(request, "_messages", None)
        request.real_user, request.seen_until = request.user, look.started_at + LONGEST
        request.user, request.session, request._messages = look.user, _Borrowed(dict(kept[1].items())), _Silent(request)
        try:
            return self._answer(request, route)
        finally:
            request.user, request.session, request._messages = kept

    def _answer(self, request: Any, route: str) -> HttpResponseBase:
        if request.method not in _SAFE or route.startswith(_CLOSED):
            return _refusal(request)
        with transaction.atomic():
            answer = self.get_response(request)
            # Reading is all that is allowed: whatever a page has written on the way is taken back.
            transaction.set_rollback(True)
        return _refusal(request) if _is_download(answer) else answer


class _Borrowed(SessionBase):
    """What the pages of the other read and write instead of the real session; forgotten with the request."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__()
        self._session_cache = values

    def save(self, must_create: bool = False) -> None:
        """Nothing is kept."""

    def load(self) -> dict[str, Any]:
        return {}

    def create(self) -> None:
        """Nothing is kept."""

    def delete(self, session_key: str | None = None) -> None:
        """Nothing is kept."""

    def exists(self, session_key: str) -> bool:
        return False


class _Silent(BaseStorage):
    """Messages of the real user wait until he is himself again; those of the other are nobody's."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def begin(request: Any, look: SeenAs) -> None:
    request.session[KEY] = look.pk


def end_of(request: Any) -> User | None:
    """End the look of this session, and say as whom it was; None when there is none."""
    key = request.session.pop(KEY, None)
    look = SeenAs.objects.select_related("user").filter(pk=key).first() if key else None
    if look is None:
        return None
    end_seeing(look)
    return look.user


def _look_of(request: Any) -> SeenAs | None:
    """The look that goes on in this session; one that may not go on is ended, here."""
    if KEY not in request.session:
        return None
    found = SeenAs.objects.select_related("user__role").filter(pk=request.session[KEY], actor=request.user.pk)
    look = found.first()
    if look is not None and _may_go_on(look, request.user):
        return look
    end_of(request)
    return None


def _may_go_on(look: SeenAs, actor: Any) -> bool:
    return over_at(look) is None and may_see_as(look.user, actor=actor)


def _address(request: HttpRequest) -> tuple[str, str]:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return "", ""
    return match.view_name, match.route


def _is_download(answer: HttpResponseBase) -> bool:
    return answer.headers.get("Content-Disposition", "").startswith("attachment")


def _refusal(request: HttpRequest) -> HttpResponse:
    return render(request, "teams/roles/seeing_refused.html", status=403)
