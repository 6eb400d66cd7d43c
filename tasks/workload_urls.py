"""The workload of people, below /workload/."""

from django.urls import path

from tasks.views.workload import move, workload

app_name = "workload"

urlpatterns = [
    path("", workload, name="page"),
    path("<uuid:pk>/move/", move, name="move"),
]
