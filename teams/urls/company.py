"""Addresses of the company."""

from django.urls import path

from teams.views import company

app_name = "company"
urlpatterns = [
    path("", company.company_page, name="edit"),
    path("history/", company.company_history, name="history"),
    path("regions/", company.regions, name="regions"),
    path("mark/", company.mark, name="mark"),
]
