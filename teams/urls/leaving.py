"""Closing and opening accounts: a part of the pages of people."""

from django.urls import path

from teams.views import leaving

urlpatterns = [
    path("deactivate/", leaving.person_deactivate, name="deactivate"),
    path("reactivate/", leaving.person_reactivate, name="reactivate"),
]
