"""What is done to a task by one button: move, done, opened again, a line of its checklist ticked."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.rights import may_log
from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from projects.views.moves import sent_version
from tasks.forms import FinishForm
from tasks.models import Task, TaskState
from tasks.selectors import status_named
from tasks.services import Talk, TaskRefused, finish_task, log_talk, move_task, reopen_task, save_task
from tasks.views.day import back_of


@login_required
@require_POST
def task_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `status`, the key of a status of the task's board, and `version`. Of a talk that is done it asks on."""
    task = movable(request, pk)
    status = status_named(task, request.POST.get("status", ""))
    if status is None:
        raise Http404
    if status.state == TaskState.DONE and asks_outcome(task, request.user):
        return HttpResponseRedirect(task.url("done"))
    return done(request, task, lambda: move_task(task, status, actor=request.user), said=_said(task, status.state))


@login_required
def task_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks what came of a talk, POST closes the task. A task of another kind is closed without asking."""
    task = movable(request, pk)
    has_words = request.method == "POST" and bool(request.POST.get("text", "").strip())
    if not asks_outcome(task, request.user) and not (has_words and task.kind.is_talk and may_log(request.user)):
        if request.method != "POST":
            return HttpResponseRedirect(task.get_absolute_url())
        return done(request, task, lambda: finish_task(task, actor=request.user), said=_said(task, TaskState.DONE))
    is_answered = request.method == "POST" and "text" in request.POST
    form = FinishForm(request.POST if is_answered else None, initial={"version": task.version})
    if is_answered and form.is_valid():
        return _answered(request, task, form)
    return _ask(request, task, form, status=422 if form.errors else 200)


def _answered(request: HttpRequest, task: Task, form: FinishForm) -> HttpResponse:
    """Nothing that was typed is lost, whoever changed or closed the task meanwhile."""
    given = form.cleaned_data
    talk = Talk(given["text"], outcome=given["outcome"], duration=given["duration"])
    if not task.is_open:
        said = _("“%(name)s” was closed already. What came of it is logged.") % {"name": task}
        return done(request, task, lambda: log_talk(task, talk, actor=request.user), said=said)
    task.version = given["version"]
    try:
        finish_task(task, actor=request.user, talk=talk)
    except StaleVersion as stale:
        again = FinishForm({**request.POST.dict(), "version": stale.current.version})
        again.add_error(None, _("Somebody changed this task meanwhile. Send again to close it with these words."))
        return _ask(request, task, again, status=409)
    except TaskRefused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, task, form, status=422)
    messages.success(request, _said(task, TaskState.DONE))
    return HttpResponseRedirect(back_of(request, otherwise=task.get_absolute_url()))


def _ask(request: HttpRequest, task: Task, form: FinishForm, *, status: int) -> HttpResponse:
    context = {
        "title": _("“%(name)s” is done") % {"name": task},
        "text": "",
        "submit_label": _("Mark as done"),
        "cancel_url": back_of(request, otherwise=task.get_absolute_url()),
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)


@login_required
@require_POST
def task_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = movable(request, pk)
    return done(
        request,
        task,
        lambda: reopen_task(task, actor=request.user),
        said=_("“%(name)s” is open again.") % {"name": task},
    )


@login_required
@require_POST
def task_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST `check`, the key of a line of the checklist: ticked, or not any more."""
    task, permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE)
    if not permissions.may_edit["checklist"]:
        raise PermissionDenied
    rows = list(task.checklist.all())
    for row in rows:
        if str(row.pk) == request.POST.get("check"):
            row.is_done = not row.is_done
    task.version = sent_version(request, task.version)
    return done(request, task, lambda: save_task(task, actor=request.user, parts={"checklist": rows}))


def asks_outcome(task: Task, user: Any) -> bool:
    """Whether what came of it is asked when it is done."""
    return task.is_open and task.kind.is_talk and may_log(user)


def movable(request: HttpRequest, pk: UUID) -> Task:
    """The task, at the version that the page showed. Raises Http404, PermissionDenied."""
    related = ("status", "kind", "owner")
    task, permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE, related=related)
    if not permissions.may_edit["status"]:
        raise PermissionDenied
    task.version = sent_version(request, task.version)
    return task


def done(request: HttpRequest, task: Task, act: Callable[[], Any], *, said: str = "") -> HttpResponse:
    """Tells how it went, and leads back to where one came from, else to the task."""
    back = back_of(request, otherwise=task.get_absolute_url())
    try:
        act()
    except TaskRefused as refusal:
        messages.error(request, str(refusal))
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": task})
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(back)


def _said(task: Task, state: str) -> str:
    sentences = {
        TaskState.DONE: _("“%(name)s” is done."),
        TaskState.CANCELLED: _("“%(name)s” is cancelled."),
    }
    return sentences.get(TaskState(state), _("“%(name)s” is moved.")) % {"name": task}
