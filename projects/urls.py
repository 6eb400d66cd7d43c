"""Pages of deals."""

from django.urls import path

from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from projects.forms import DealForm
from projects.models import Deal
from projects.services import save_deal
from projects.views import board, cards, figures, lines, lists, moves, splitting, winning

app_name = "deals"
urlpatterns = [
    path("", lists.deal_list, name="list"),
    path("board/", board.deal_board, name="board"),
    path("board/<uuid:pk>/move/", board.board_move, name="board_move"),
    path("calendar/", figures.deal_calendar, name="calendar"),
    path("forecast/", figures.deal_forecast, name="forecast"),
    path("bin/", lists.deal_bin, name="bin"),
    path("export/", lists.deal_export, name="export"),
    path("suggest/", lists.deal_suggest, name="suggest"),
    path("line-price/", lines.line_price, name="line_price"),
    path("new/", cards.deal_new, name="new"),
    path("<uuid:pk>/", cards.deal_detail, name="detail"),
    path("<uuid:pk>/edit/", cards.deal_edit, name="edit"),
    path("<uuid:pk>/delete/", cards.deal_delete, name="delete"),
    path("<uuid:pk>/restore/", cards.deal_restore, name="restore"),
    path("<uuid:pk>/move/", moves.deal_move, name="move"),
    path("<uuid:pk>/win/", winning.deal_win, name="win"),
    path("<uuid:pk>/lose/", moves.deal_lose, name="lose"),
    path("<uuid:pk>/reopen/", winning.deal_reopen, name="reopen"),
    path("<uuid:pk>/project/", winning.deal_make_project, name="make_project"),
    path("<uuid:pk>/duplicate/", moves.deal_duplicate, name="duplicate"),
    path("<uuid:pk>/split/", splitting.deal_split, name="split"),
    *sharing_paths(Deal),
    inline_path(Deal, form=DealForm, save=save_deal),
    *history_paths(Deal, save=save_deal),
]
