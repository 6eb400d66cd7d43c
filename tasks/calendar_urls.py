"""Addresses of calendars: links, what is read by them, import of files, invitations."""

from django.urls import path

from tasks.views import calendar_imports, calendar_links, invitations

app_name = "calendars"

urlpatterns = [
    path("tasks/calendar/links/", calendar_links.link_list, name="links"),
    path("tasks/calendar/links/<uuid:pk>/revoke/", calendar_links.link_revoke, name="revoke"),
    path("tasks/import-calendar/", calendar_imports.import_new, name="import"),
    path("tasks/import-calendar/<uuid:pk>/", calendar_imports.import_detail, name="upload"),
    path("tasks/import-calendar/<uuid:pk>/progress/", calendar_imports.import_progress, name="progress"),
    path("tasks/import-calendar/<uuid:pk>/start/", calendar_imports.import_start, name="start"),
    path("tasks/<uuid:pk>/invite/", invitations.invite, name="invite"),
    path("tasks/<uuid:pk>/uninvite/", invitations.uninvite, name="uninvite"),
    path("calendar/<str:secret>.ics", calendar_links.feed, name="feed"),
]
