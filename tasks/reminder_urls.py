"""Addresses of reminders, below /tasks/reminders/."""

from django.urls import path

from tasks.views import reminders

app_name = "reminders"

urlpatterns = [
    path("", reminders.reminder_list, name="list"),
    path("settings/", reminders.reminder_settings, name="settings"),
    path("of/<str:label>/<uuid:key>/", reminders.of_record, name="of_record"),
    path("told/<int:pk>/snooze/", reminders.reminder_snooze, name="snooze"),
    path("<uuid:pk>/edit/", reminders.reminder_edit, name="edit"),
    path("<uuid:pk>/delete/", reminders.reminder_delete, name="delete"),
]
