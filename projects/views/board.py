"""The board of deals, and the moves that are made on it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.writing import StaleVersion
from crm.listing.keyset import BrokenCursor
from crm.listing.pages import CURSOR
from crm.pages.reading import fetch_record
from crm.ui.parts import draw
from projects.board import COLUMN, BoardPage
from projects.models import Deal, Stage, StageKind
from projects.selectors import last_moves_of, stage_named, stages_of
from projects.services import FieldsMissing, MoveRefused, place_deal
from projects.switch import require_view, view_links
from projects.telling import said_of_move
from projects.views.moves import done, movable
from projects.winning import may_make_project


@login_required
@require_safe
def deal_board(request: HttpRequest) -> HttpResponse:
    """The whole board; for htmx the further cards of `column`."""
    require_view(request, "board")
    board = BoardPage(request)
    if COLUMN in request.GET and getattr(request, "htmx", False):
        return _further_cards(request, board)
    return render(request, "deals/board.html", {"list": board, "views": view_links(request, "board")})


def _further_cards(request: HttpRequest, board: BoardPage) -> HttpResponse:
    stage = next((one for one in board.stages if one.is_open and str(one.pk) == request.GET[COLUMN]), None)
    if stage is None:
        raise Http404
    try:
        column = board.further(stage, request.GET.get(CURSOR, ""))
    except BrokenCursor as problem:
        raise Http404 from problem
    return HttpResponse(draw("deals/_board_cards.jinja", column=column, board=board))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def board_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks whereto. POST `stage`, `version`, `reason` for the lost one, and `from`, the stage it was seen in.

    The board's script gets the card at its new place with the heads of the columns: 422 for a move that is refused,
    409 for one that came too late. Others are led back to the board.
    """
    deal = movable(request, pk)
    if request.method != "POST":
        context = {"deal": deal, "stages": stages_of(deal.pipeline), "back_url": _board_url(request)}
        return render(request, "deals/move.html", context)
    stage = stage_named(deal, request.POST.get("stage", ""))
    if stage is None:
        raise Http404
    if getattr(request, "htmx", False):
        return _answer(request, deal, stage)
    if not stage.is_open and deal.is_open:
        # Its page asks why it was lost, or for the project that it becomes.
        return HttpResponseRedirect(deal.url("lose" if stage.kind == StageKind.LOST else "win"))
    return done(request, deal, lambda: place_deal(deal, stage, actor=request.user), back_url=_board_url(request))


def _answer(request: HttpRequest, deal: Deal, stage: Stage) -> HttpResponse:
    seen_in = deal.stage
    try:
        place_deal(deal, stage, actor=request.user, reason=request.POST.get("reason", ""))
    except MoveRefused as refusal:
        mend_url = deal.url("edit") if isinstance(refusal, FieldsMissing) else ""
        return _fragment(request, deal, {seen_in, stage}, 422, said=str(refusal), mend_url=mend_url)
    except StaleVersion:
        # It may be out of sight by now.
        deal, _permissions = fetch_record(Deal, deal.pk, reader=request.user, related=("owner", "stage"))
        return _fragment(request, deal, {deal.stage, stage}, 409, said=_said_of_conflict(request, deal))
    further = {
        "undo_to": None if request.POST.get("undo") else seen_in,
        "project_url": deal.url("make_project") if may_make_project(deal, actor=request.user) else "",
    }
    return _fragment(request, deal, {seen_in, stage, deal.stage}, 200, said=said_of_move(deal), **further)


def _fragment(
    request: HttpRequest, deal: Deal, stages: set[Stage], status: int, *, said: str, **further: Any
) -> HttpResponse:
    """`said` stands on the card where something is in the way, and under the board where the card is gone from it."""
    board = BoardPage(request)
    is_on_card = status != 200 and deal.is_open
    mend_url = further.pop("mend_url", "")
    (card,) = board.cards([deal], said=said if is_on_card else "", mend_url=mend_url)
    seen = {one for one in stages if one.pipeline_id == deal.pipeline_id}
    markup = draw(
        "deals/_board_moved.jinja",
        board=board,
        card=card,
        heads=board.heads_of(seen).values(),
        after=board.place_of(deal) if deal.is_open else None,
        said=said,
        is_on_card=is_on_card,
        csrf_token=get_token(request),
        **further,
    )
    return HttpResponse(markup, status=status)


def _said_of_conflict(request: HttpRequest, deal: Deal) -> str:
    told: dict[str, Any] = {"name": deal, "stage": deal.stage}
    moves = last_moves_of(deal, limit=1)
    if str(deal.stage_id) == request.POST.get("from", "") or not moves:
        return _("Somebody changed “%(name)s” at the same moment, so it was not moved. Look again.") % told
    told["who"] = moves[0].actor or _("The system")
    return _("%(who)s has moved “%(name)s” to “%(stage)s” meanwhile, so it stays there.") % told


def _board_url(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{reverse('deals:board')}?{query}" if query else reverse("deals:board")
