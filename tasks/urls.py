"""Addresses of tasks, below /tasks/."""

from django.urls import path

from tasks.views.cards import task_detail

app_name = "tasks"

urlpatterns = [
    path("<uuid:pk>/", task_detail, name="detail"),
]
