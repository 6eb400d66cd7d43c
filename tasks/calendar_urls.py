"""Addresses of calendars: links, what is read by them, import of files, invitations."""

from django.urls import path

from tasks.views import calendar_links

app_name = "calendars"

urlpatterns = [
    path("tasks/calendar/links/", calendar_links.link_list, name="links"),
    path("tasks/calendar/links/<uuid:pk>/revoke/", calendar_links.link_revoke, name="revoke"),
    path("calendar/<str:secret>.ics", calendar_links.feed, name="feed"),
]
