"""Pages of tasks."""

from django.urls import path

from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from tasks.forms import TaskForm
from tasks.models import Task
from tasks.services import save_task
from tasks.views import acts, around, board, calendar, cards, day, lists, quick

app_name = "tasks"
urlpatterns = [
    path("", lists.task_list, name="list"),
    path("day/", day.my_day, name="day"),
    path("on/<str:kind>/<uuid:key>/", around.tasks_on, name="on"),
    path("board/", board.task_board, name="board"),
    path("calendar/", calendar.task_calendar, name="calendar"),
    path("calendar/events/", calendar.calendar_events, name="calendar_events"),
    path("<uuid:pk>/reschedule/", calendar.task_reschedule, name="reschedule"),
    path("<uuid:pk>/board/move/", board.board_move, name="board_move"),
    path("shift/", day.tasks_shift, name="shift"),
    path("put-back/", day.tasks_put_back, name="put_back"),
    path("bin/", lists.task_bin, name="bin"),
    path("export/", lists.task_export, name="export"),
    path("suggest/", lists.task_suggest, name="suggest"),
    path("new/", cards.task_new, name="new"),
    path("<uuid:pk>/", cards.task_detail, name="detail"),
    path("<uuid:pk>/beside/", cards.task_beside, name="beside"),
    path("<uuid:pk>/edit/", cards.task_edit, name="edit"),
    path("<uuid:pk>/delete/", cards.task_delete, name="delete"),
    path("<uuid:pk>/restore/", cards.task_restore, name="restore"),
    path("<uuid:pk>/move/", acts.task_move, name="move"),
    path("<uuid:pk>/done/", acts.task_done, name="done"),
    path("<uuid:pk>/reopen/", acts.task_reopen, name="reopen"),
    path("<uuid:pk>/check/", acts.task_check, name="check"),
    *sharing_paths(Task),
    inline_path(Task, form=TaskForm, save=save_task),
    *history_paths(Task, save=save_task),
    path("quick/", quick.task_quick, name="quick"),
]
