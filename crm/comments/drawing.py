"""Answers of the pages of comments: a part for htmx, or a way to the page that shows it."""

from functools import lru_cache
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django_htmx.http import reswap, retarget

from crm.access.models import Record
from crm.access.sight import subject_of
from crm.comments.models import Comment, Emoji
from crm.comments.reading import read_thread, said_by, standing
from crm.comments.rights import may_comment
from crm.ui.addresses import address_of
from crm.ui.parts import draw


def url_of_record(record: Record, page: str = "of_record") -> str:
    return address_of(f"comments:{page}", *subject_of(record))


def basics(record: Record, reader: Any) -> dict[str, Any]:
    """What every part of a discussion needs, whoever asks."""
    return {
        "may_comment": may_comment(reader),
        "choices": _choices(get_language()),
        "url_of_record": url_of_record(record),
        "people_url": url_of_record(record, "people"),
    }


# Under each comment stand the same buttons, and a page may have a hundred comments.
@lru_cache(maxsize=10)
def _choices(language: str | None) -> SafeString:
    return draw("comments/_choices.jinja", emoji=list(Emoji))


def arguments(request: Any, record: Record) -> dict[str, Any]:
    """The same for the answer to a request."""
    return {"record": record, "csrf_token": get_token(request), **basics(record, request.user)}


def part(request: Any, template: str, record: Record, *, status: int = 200, **more: Any) -> HttpResponse:
    return HttpResponse(draw(template, **arguments(request, record), **more), status=status)


def shown(request: Any, comment: Comment, record: Record) -> HttpResponse:
    """The comment as it stands now: in its place, or on the page of its record."""
    if not request.htmx:
        return HttpResponseRedirect(url_of_comment(comment))
    return part(request, "comments/_comment.jinja", record, said=said_by(comment, record, request.user))


def added(request: Any, comment: Comment, record: Record) -> HttpResponse:
    """A new comment: on top of the others, or under those of its thread; and how many there are now."""
    if not request.htmx:
        return HttpResponseRedirect(url_of_comment(comment))
    news: dict[str, Any] = {"total": standing(record, request.user).total}
    if comment.parent_id is None:
        news["thread"] = read_thread(record, request.user, comment.pk)
        return reswap(retarget(_added(request, record, news), "#comment-threads"), "afterbegin")
    news["said"] = said_by(comment, record, request.user)
    return reswap(retarget(_added(request, record, news), f"#replies-{comment.parent_id}"), "beforeend")


def _added(request: Any, record: Record, news: dict[str, Any]) -> HttpResponse:
    return part(request, "comments/_added.jinja", record, status=201, **news)


def url_of_comment(comment: Comment) -> str:
    return address_of("comments:comment", comment.pk)
