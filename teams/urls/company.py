"""Addresses of the company."""

from django.urls import path

from teams.views import company, rates

app_name = "company"
urlpatterns = [
    path("", company.company_page, name="edit"),
    path("history/", company.company_history, name="history"),
    path("regions/", company.regions, name="regions"),
    path("rates/", rates.rate_list, name="rates"),
    path("rates/<int:pk>/", rates.rate_edit, name="rate"),
    path("rates/<int:pk>/delete/", rates.rate_delete, name="rate_delete"),
    path("mark/", company.mark, name="mark"),
]
