"""Addresses of teams."""

from django.urls import path

from teams.views import structure

app_name = "teams"
urlpatterns = [
    path("", structure.team_list, name="list"),
    path("new/", structure.team_new, name="new"),
    path("<int:pk>/", structure.team_detail, name="detail"),
    path("<int:pk>/edit/", structure.team_edit, name="edit"),
    path("<int:pk>/delete/", structure.team_delete, name="delete"),
    path("<int:pk>/history/", structure.team_history, name="history"),
    path("<int:pk>/members/", structure.team_members, name="members"),
    path("<int:pk>/members/<int:person>/", structure.team_member, name="member"),
    path("<int:pk>/members/<int:person>/leave/", structure.team_leave, name="leave"),
]
