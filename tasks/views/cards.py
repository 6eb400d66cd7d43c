"""The card of a task: see, add, edit, bin, restore."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import Action
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import card_of
from crm.pages.editing import EditPage, Save, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record
from projects.models import Deal, Project
from tasks.calendars.guests import invitation_part
from tasks.card import circumstances_of
from tasks.forms import TaskForm
from tasks.models import Task
from tasks.reminders.forms import PREFIX, rows_of_task
from tasks.services import create_task, save_task
from tasks.services.reminders import replace_reminders
from tasks.time.reading import time_of

_FROM: dict[str, Any] = {"client": Client, "contact": Contact, "deal": Deal, "project": Project, "parent": Task}


@login_required
def task_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    related = ("owner", "team", "kind", "status", "creator", "milestone")
    task, permissions = fetch_record(Task, pk, reader=request.user, related=related)
    card = card_of(task, permissions, request.user)
    context = {"card": card, "task": task, **circumstances_of(card, request.user)}
    return render(request, "tasks/detail.html", context)


@login_required
@require_safe
def task_beside(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The time spent on a task and who was invited to it: after the card, for htmx; a page of its own without."""
    task, _permissions = fetch_record(Task, pk, reader=request.user, related=("kind", "status", "owner"))
    is_part = bool(request.headers.get("HX-Request"))
    context = {"task": task, "time": time_of(task, request.user), "invitations": invitation_part(task, request.user)}
    return render(request, "tasks/_beside.html" if is_part else "tasks/beside.html", context)


class NewTaskPage(EditPage):
    """With reminders for its author; without any he gets those of his settings."""

    def respond(self, request: HttpRequest) -> HttpResponse:
        sent = request.POST if f"{PREFIX}-TOTAL_FORMS" in request.POST else None
        rows = rows_of_task(sent, self.form.instance, request.user)
        self.context = {**self.context, "reminders": rows}
        if sent is not None and not rows.is_valid():
            self.form.is_valid()
            return self.show(request, status=422)
        if sent is not None and rows.meant:
            self.save = _with_reminders(self.save, rows.meant)
        return super().respond(request)


def _with_reminders(save: Save, meant: Sequence[Any]) -> Save:
    @transaction.atomic
    def store(task: Any, *, parts: Any, actor: Any) -> Task:
        stored: Any = save(task, parts=parts, actor=actor)
        replace_reminders(stored, meant, actor=actor)
        return stored  # type: ignore[no-any-return]

    return store


@login_required
def task_new(request: HttpRequest) -> HttpResponse:
    """`client`, `contact`, `deal`, `project` and `parent` name records that it is about, `due` a day, `at` a time."""
    require_add(request, Task)
    form = TaskForm(request.POST or None, instance=fresh_instance(Task), actor=request.user)
    came_from = _prefill(form, request)
    page = NewTaskPage(
        form,
        save=create_task,
        template="tasks/edit.html",
        title=_("New task"),
        cancel_url=came_from.get_absolute_url() if came_from else reverse("tasks:list"),
    )
    return page.respond(request)


@login_required
def task_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    task, _permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE)
    form = TaskForm(request.POST or None, instance=task, actor=request.user)
    page = EditPage(
        form,
        save=save_task,
        template="tasks/edit.html",
        title=_("Edit “%(name)s”") % {"name": task},
        cancel_url=task.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def task_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Task, pk)


@login_required
def task_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Task, pk)


def _prefill(form: TaskForm, request: HttpRequest) -> Any:
    """The record that the page was opened from; its key is set into the form, of a part what the whole is about."""
    came_from = None
    for name, model in _FROM.items():
        record = form.sight.find(model, request.GET[name]) if request.GET.get(name) else None
        if record is None or name not in form.fields:
            continue
        came_from = came_from or record
        if request.method != "POST":
            form.initial[name] = record.pk
            if isinstance(record, Task):
                _take_over(form, record)
    if request.method != "POST":
        form.initial["due_on"] = form.initial.get("due_on") or _day(request.GET.get("due", ""))
        form.initial["due_time"] = form.initial.get("due_time") or request.GET.get("at") or None
    return came_from


def _take_over(form: TaskForm, whole: Task) -> None:
    for name, model in _FROM.items():
        key = getattr(whole, f"{name}_id", None)
        if name != "parent" and key and name in form.fields and form.sight.find(model, key):
            form.initial[name] = key


def _day(text: str) -> Any:
    return timezone.localdate() if text == "today" else text or None
