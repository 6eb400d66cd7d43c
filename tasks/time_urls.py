"""Pages of time, below /time/."""

from django.urls import path

from tasks.views import time_approve, time_entries, time_report, time_setup, time_timer, time_week

app_name = "time"

urlpatterns = [
    path("", time_week.week, name="list"),
    path("save/", time_week.save, name="save"),
    path("cell/", time_week.cell, name="cell"),
    path("submit/", time_week.submit, name="submit"),
    path("take-back/", time_week.take_back, name="take_back"),
    path("approve/", time_approve.approve, name="approve"),
    path("decide/", time_approve.decide, name="decide"),
    path("reopen/", time_approve.reopen, name="reopen"),
    path("report/", time_report.report, name="report"),
    path("suggest/", time_week.suggest, name="suggest"),
    path("timer/", time_timer.timer, name="timer"),
    path("timer/bar/", time_timer.bar, name="bar"),
    path("timer/start/", time_timer.start, name="start"),
    path("timer/stop/", time_timer.stop, name="stop"),
    path("timer/discard/", time_timer.discard, name="discard"),
    path("lock/", time_setup.lock, name="lock"),
    path("project/<uuid:pk>/", time_setup.of_project, name="of_project"),
    path("project/<uuid:pk>/rules/", time_setup.project_rules, name="project_rules"),
    path("new/", time_entries.entry_new, name="new"),
    path("<uuid:pk>/", time_entries.entry_detail, name="detail"),
    path("<uuid:pk>/edit/", time_entries.entry_edit, name="edit"),
    path("<uuid:pk>/delete/", time_entries.entry_delete, name="delete"),
    path("<uuid:pk>/restore/", time_entries.entry_restore, name="restore"),
]
