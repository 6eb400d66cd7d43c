"""The card of a task: see, add, edit, bin, restore."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.pages.card import card_of
from crm.pages.reading import fetch_record
from tasks.models import Task


@login_required
def task_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    related = ("owner", "team", "kind", "status", "creator")
    task, permissions = fetch_record(Task, pk, reader=request.user, related=related)
    card = card_of(task, permissions, request.user)
    return render(request, "tasks/detail.html", {"card": card, "task": task})
