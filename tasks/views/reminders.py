"""The reader's reminders: all that wait, those of one record, changing and removing one, putting off what was told."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm.access.sight import seen_records
from crm.notifications.selectors import own_notice
from crm.notifications.views import line_again
from crm.ui.parts import draw
from tasks.models import Reminder
from tasks.reminders.anchors import is_remindable
from tasks.reminders.defaults import settings_of
from tasks.reminders.firing import REMINDER
from tasks.reminders.forms import ReminderForm, SettingsForm
from tasks.reminders.selectors import Line, ahead_of, lines_of_record, own_reminder
from tasks.services.reminders import (
    ReminderRefused,
    change_reminder,
    choose_settings,
    remove_reminder,
    set_reminder,
    snooze,
)


@login_required
def reminder_list(request: HttpRequest) -> HttpResponse:
    page = ahead_of(request.user, after=_key(request.GET.get("after", "")))
    return render(request, "reminders/list.html", {"page": page, "is_first": "after" not in request.GET})


@login_required
def reminder_settings(request: HttpRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=settings_of(request.user))
    if request.method == "POST" and form.is_valid():
        choose_settings(form.chosen(), actor=request.user)
        messages.success(request, _("Your choices are saved."))
        return redirect("reminders:settings")
    return render(request, "reminders/settings.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
def of_record(request: HttpRequest, label: str, key: UUID) -> HttpResponse:
    """The reader's reminders of a record, and the form for another: a part of its card, a page without scripts."""
    record = _record(request, label, key)
    form = ReminderForm(request.POST or None, label=label, reader=request.user)
    if request.method == "POST" and form.is_valid():
        reminder = Reminder(record_type=label, record_id=key, **form.meant)
        if _is_stored(form, lambda: set_reminder(reminder, actor=request.user)):
            return _of_record(request, record, told=_("The reminder is set."))
    return _of_record(request, record, form=form)


@login_required
def reminder_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    line = _own(request, pk)
    reminder = line.reminder
    form = ReminderForm(request.POST or None, label=reminder.record_type, reader=request.user, reminder=reminder)
    if request.method == "POST" and form.is_valid():
        for name, value in form.meant.items():
            setattr(reminder, name, value)
        if _is_stored(form, lambda: change_reminder(reminder, actor=request.user)):
            messages.success(request, _("The reminder is saved."))
            return redirect("reminders:list")
    return render(request, "reminders/edit.html", {"form": form, "line": line}, status=422 if form.errors else 200)


@login_required
@require_POST
def reminder_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    line = _own(request, pk)
    remove_reminder(line.reminder, actor=request.user)
    if "list" in request.POST:
        messages.success(request, _("The reminder is removed."))
        return redirect("reminders:list")
    return _of_record(request, line.record, told=_("The reminder is removed."))


@login_required
@require_POST
def reminder_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """From the line of a notification, which is drawn again."""
    notice = own_notice(request.user, pk)
    if notice is None or notice.kind != REMINDER:
        raise Http404
    try:
        snooze(notice, request.POST.get("for", ""), actor=request.user)
    except ReminderRefused as refusal:
        messages.error(request, " ".join(refusal.messages))
    return line_again(request, [pk])


def _record(request: HttpRequest, label: str, key: UUID) -> Any:
    found = seen_records(request.user, [(label, key)]).get((label, key)) if is_remindable(label) else None
    if found is None:
        raise Http404
    return found


def _own(request: HttpRequest, pk: UUID) -> Line:
    line = own_reminder(request.user, pk)
    if line is None:
        raise Http404
    return line


def _is_stored(form: ReminderForm, write: Any) -> bool:
    try:
        write()
    except ReminderRefused as refusal:
        form.add_error("at" if form.cleaned_data.get("when") == "at" else "when", refusal.messages)
        return False
    return True


def _of_record(request: Any, record: Any, *, form: ReminderForm | None = None, told: str = "") -> HttpResponse:
    label = record._meta.label_lower
    if told and not request.htmx:
        messages.success(request, told)
        return redirect("reminders:of_record", label, record.pk)
    context = {
        "record": record,
        "label": label,
        "lines": lines_of_record(record, request.user),
        "form": form or ReminderForm(label=label, reader=request.user),
        "told": told,
    }
    status = 422 if form is not None and form.errors else 200
    if not request.htmx:
        return render(request, "reminders/of_record.html", context, status=status)
    # What is refused is shown in its place, and htmx swaps no error.
    return HttpResponse(draw("reminders/_of_record.jinja", **context))


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
