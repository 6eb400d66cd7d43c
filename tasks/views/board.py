"""The board of tasks, and the moves that are made on it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.writing import StaleVersion
from crm.listing.keyset import BrokenCursor
from crm.listing.pages import CURSOR
from crm.pages.reading import fetch_record
from crm.ui.parts import draw
from tasks.board import COLUMN, BoardPage
from tasks.models import Task, TaskState, TaskStatus
from tasks.selectors import status_named, statuses_of
from tasks.services import TaskRefused, move_task
from tasks.switch import require_view, view_links
from tasks.views.acts import asks_outcome, done, movable


@login_required
@require_safe
def task_board(request: HttpRequest) -> HttpResponse:
    """The whole board; for htmx the further cards of `column`. `board` is the key of another one than the default."""
    require_view(request, "board")
    board = BoardPage(request)
    if COLUMN in request.GET and getattr(request, "htmx", False):
        return _further_cards(request, board)
    return render(request, "tasks/board.html", {"list": board, "views": view_links(request, "board")})


def _further_cards(request: HttpRequest, board: BoardPage) -> HttpResponse:
    status = next((one for one in board.statuses if str(one.pk) == request.GET[COLUMN]), None)
    if status is None:
        raise Http404
    try:
        column = board.further(status, request.GET.get(CURSOR, ""))
    except BrokenCursor as problem:
        raise Http404 from problem
    return HttpResponse(draw("tasks/_board_cards.jinja", column=column, board=board))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def board_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks whereto. POST `status`, `version`, and `from`, the status it was seen in.

    The board's script gets the card at its new place with the heads of the columns: 422 for a move that is refused,
    409 for one that came too late. A talk that is done leads to the page that asks what came of it.
    """
    task = movable(request, pk)
    back_url = _board_url(request)
    if request.method != "POST":
        context = {"task": task, "statuses": statuses_of(task.status.board), "back_url": back_url}
        return render(request, "tasks/move.html", context)
    status = status_named(task, request.POST.get("status", ""))
    if status is None:
        raise Http404
    if status.state == TaskState.DONE and asks_outcome(task, request.user) and not request.POST.get("undo"):
        return _asked_on(request, f"{task.url('done')}?{urlencode({'next': back_url})}")
    if getattr(request, "htmx", False):
        return _answer(request, task, status)
    return done(request, task, lambda: move_task(task, status, actor=request.user), said=said_of_move(task, status))


def said_of_move(task: Task, status: TaskStatus) -> str:
    told = {"name": task, "status": status}
    if status.state == TaskState.DONE:
        return _("“%(name)s” is done.") % told
    if status.state == TaskState.CANCELLED:
        return _("“%(name)s” is cancelled.") % told
    return _("“%(name)s” is in “%(status)s” now.") % told


def _asked_on(request: HttpRequest, address: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(address)
    return HttpResponse(headers={"HX-Redirect": address})


def _answer(request: HttpRequest, task: Task, status: TaskStatus) -> HttpResponse:
    seen_in = task.status
    try:
        move_task(task, status, actor=request.user)
    except TaskRefused as refusal:
        return _fragment(request, task, {seen_in, status}, 422, said=str(refusal))
    except StaleVersion:
        # It may be out of sight by now.
        related = ("owner", "status", "kind")
        task, _permissions = fetch_record(Task, task.pk, reader=request.user, related=related)
        return _fragment(request, task, {task.status, status}, 409, said=_said_of_conflict(request, task))
    undo_to = None if request.POST.get("undo") else seen_in
    return _fragment(request, task, {seen_in, status}, 200, said=said_of_move(task, status), undo_to=undo_to)


def _fragment(
    request: HttpRequest,
    task: Task,
    statuses: set[TaskStatus],
    status: int,
    *,
    said: str,
    undo_to: TaskStatus | None = None,
) -> HttpResponse:
    """`said` stands on the card where something is in the way, else under the board."""
    board = BoardPage(request)
    is_on_card = status != 200
    (card,) = board.cards([task], said=said if is_on_card else "")
    heads = board.heads_of(one for one in statuses if one.board_id == task.status.board_id)
    markup = draw(
        "tasks/_board_moved.jinja",
        board=board,
        card=card,
        heads=heads.values(),
        after=board.place_of(task),
        said=said,
        is_on_card=is_on_card,
        undo_to=undo_to,
        csrf_token=get_token(request),
    )
    return HttpResponse(markup, status=status)


def _said_of_conflict(request: HttpRequest, task: Task) -> str:
    told: dict[str, Any] = {"name": task, "status": task.status}
    if str(task.status_id) == request.POST.get("from", ""):
        return _("Somebody changed “%(name)s” at the same moment, so it was not moved. Look again.") % told
    return _("Somebody has moved “%(name)s” to “%(status)s” meanwhile, so it stays there.") % told


def _board_url(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{reverse('tasks:board')}?{query}" if query else reverse("tasks:board")
