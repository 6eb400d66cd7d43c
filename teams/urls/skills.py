"""Addresses of the catalogue of skills."""

from django.urls import path

from teams.views import skills

app_name = "skills"
urlpatterns = [
    path("", skills.skill_list, name="list"),
    path("new/", skills.skill_new, name="new"),
    path("<int:pk>/", skills.skill_detail, name="detail"),
    path("<int:pk>/edit/", skills.skill_edit, name="edit"),
    path("<int:pk>/merge/", skills.skill_merge, name="merge"),
]
