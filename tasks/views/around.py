"""The open tasks of a record, for the panel on its card."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.access.registry import record_model_of
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.access.sight import seen_records
from crm.ui.parts import draw
from tasks.models import OPEN_STATES, Task
from tasks.panels import SHOWN_ON

_SHOWN = 10


@login_required
@require_safe
def tasks_on(request: HttpRequest, kind: str, key: UUID) -> HttpResponse:
    """The list of tasks leads on for those without scripts. Raises Http404, PermissionDenied."""
    name = SHOWN_ON.get(record_model_of(kind))  # type: ignore[arg-type]
    record = seen_records(request.user, [(kind, key)]).get((kind, key)) if name else None
    hidden = hidden_fields(request.user, Task)
    if record is None or name is None:
        raise Http404
    if name in hidden or not may(request.user, Action.VIEW, Task):
        raise PermissionDenied
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('tasks:list')}?{name}={key}")
    open_tasks = Task.objects.filter(**{f"{name}_id": key}, state__in=OPEN_STATES).visible_to(request.user)
    by_day: list[Any] = [F("due_on").asc(nulls_last=True), "due_at"] if "due_on" not in hidden else []
    in_order = open_tasks.order_by(*by_day, "-priority", "pk")
    tasks = list(in_order.select_related("owner", "kind", "status")[: _SHOWN + 1])
    part = draw(
        "tasks/_on.jinja",
        tasks=tasks[:_SHOWN],
        has_more=len(tasks) > _SHOWN,
        movable=_movable(tasks, request),
        all_query=f"?{name}={key}",
        back=f"{record.get_absolute_url()}#tasks",
        sees_due="due_on" not in hidden,
        sees_owner="owner" not in hidden,
        csrf_token=get_token(request),
    )
    return HttpResponse(part)


def _movable(tasks: list[Task], request: HttpRequest) -> set[UUID]:
    """The keys of those that the reader may mark as done."""
    if not tasks or "status" in locked_fields(request.user, Task):
        return set()
    editable = Task.objects.editable_by(request.user).filter(pk__in=[task.pk for task in tasks])
    return set(editable.values_list("pk", flat=True))
