"""Addresses of the import."""

from django.urls import path

from crm.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="list"),
    path("new/", views.import_new, name="new"),
    path("<uuid:pk>/", views.import_detail, name="detail"),
    path("<uuid:pk>/columns/", views.import_columns, name="columns"),
    path("<uuid:pk>/values/", views.import_values, name="values"),
    path("<uuid:pk>/options/<slug:target>/<slug:field>/", views.import_options, name="options"),
    path("<uuid:pk>/progress/", views.import_progress, name="progress"),
    path("<uuid:pk>/start/", views.import_start, name="start"),
    path("<uuid:pk>/back/", views.import_back, name="back"),
    path("<uuid:pk>/cancel/", views.import_cancel, name="cancel"),
    path("<uuid:pk>/failed-rows.xlsx", views.import_failed_rows, name="failed_rows"),
    path("<uuid:pk>/report.<str:format>", views.import_report, name="report"),
]
