"""Lists of tasks: all in sight, the recycle bin, the export, suggestions for choices."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from crm.access.rights import Action, may
from crm.listing.export import export_page
from crm.listing.pages import bin_page, list_page
from crm.search.views import suggest_page
from tasks.models import Task
from tasks.switch import view_links
from tasks.tables import TASKS


@login_required
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "views": view_links(request, "list"),
        "may_shift": may(request.user, Action.CHANGE, Task),
    }
    return list_page(request, TASKS, template="tasks/list.html", **context)


@login_required
@require_safe
def task_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, TASKS, template="tasks/bin.html")


@login_required
@require_safe
def task_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, TASKS)


@login_required
@require_safe
def task_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Task)
