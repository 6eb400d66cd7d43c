"""Addresses of roles, and of looking at the product as somebody else."""

from django.urls import path

from teams.views import roles, seeing

app_name = "roles"
urlpatterns = [
    path("", roles.role_list, name="list"),
    path("new/", roles.role_new, name="new"),
    path("see-as/<int:pk>/", seeing.see_as_person, name="see_as"),
    path("see-as/end/", seeing.end, name="end_seeing"),
    path("<int:pk>/", roles.role_detail, name="detail"),
    path("<int:pk>/edit/", roles.role_edit, name="edit"),
    path("<int:pk>/delete/", roles.role_delete, name="delete"),
    path("<int:pk>/history/", roles.role_history, name="history"),
]
