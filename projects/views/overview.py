"""Many projects at once: on a calendar, and their milestones on a board."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.views.decorators.http import require_safe

from crm.access.rights import hidden_fields, locked_fields
from crm.listing.pages import ListPage, page_of
from crm.listing.parts import read_parts, rows_of
from projects.gantt import MONTHS, WEEKS, Diamond, Lane, Window, window_of
from projects.milestone_board import board_of
from projects.models import Project, ProjectState
from projects.project_tables import PROJECTS
from projects.views.project_lists import ways_of


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """GET `at` is the first day, `zoom` is "months" or "weeks"; the filters are those of the list."""
    # By their ends: what was just moved stays where the eye is.
    page = page_of(request, replace(PROJECTS, default_order="end"))
    today = timezone.localdate()
    at, zoom = request.GET.get("at", ""), request.GET.get("zoom", MONTHS)
    window = window_of(today, at=at, zoom=zoom, is_rtl=get_language_bidi())
    context = {
        "list": page,
        "window": window,
        "lanes": lanes_of(page, window, request.user),
        "today": window.point(today),
        "ways": {
            "earlier": page.address(at=window.earlier.isoformat()),
            "now": page.address(at=[]),
            "later": page.address(at=window.later.isoformat()),
            "months": page.address(zoom=[], at=[]),
            "weeks": page.address(zoom=WEEKS, at=[]),
        },
        "sees_code": "code" not in page.hidden,
        "sees_stage": "stage" not in page.hidden,
        **ways_of(request),
    }
    return render(request, "projects/overview.html", context)


def lanes_of(page: ListPage, window: Window, reader: Any) -> list[Lane]:
    """The projects of a page of the list, each on its lane; two queries more than the list takes."""
    projects = [row.record for row in page.rows]
    hidden, locked = hidden_fields(reader, Project), locked_fields(reader, Project)
    sees_milestones, sees_days = "milestones" not in hidden, hidden.isdisjoint({"planned_start", "planned_end"})
    read_parts(projects, ["milestones"] if sees_milestones else [])
    editable = _editable(projects, reader)
    return [
        Lane(
            project=row.record,
            health=row.loaded.get("health"),
            client=row.loaded.get("client") or "",
            bar=window.span(row.record.planned_start, row.record.planned_end) if sees_days else None,
            diamonds=_diamonds(row.record, window) if sees_milestones else [],
            may_move=row.record.pk in editable and locked.isdisjoint({"planned_start", "planned_end"}),
            may_move_milestones=row.record.pk in editable and "milestones" not in locked,
        )
        for row in page.rows
    ]


def _editable(projects: Sequence[Project], reader: Any) -> set[Any]:
    if not projects:
        return set()
    keys = [project.pk for project in projects]
    return set(Project.objects.editable_by(reader).filter(pk__in=keys).values_list("pk", flat=True))


def _diamonds(project: Project, window: Window) -> list[Diamond]:
    placed = [(row, window.point(row.due)) for row in rows_of(project, "milestones")]
    return [Diamond(row, at) for row, at in placed if at is not None]


@login_required
@require_safe
def milestone_board(request: HttpRequest) -> HttpResponse:
    """Milestones of open projects, unless the filters, which are those of the list, say otherwise."""
    page = page_of(request, PROJECTS)
    hidden = hidden_fields(request.user, Project)
    is_narrowed = "state" in request.GET or "stage" in hidden
    projects = page.filterset.qs if is_narrowed else page.filterset.qs.filter(state=ProjectState.OPEN)
    columns = board_of(projects, request.user)
    context = {
        "list": page,
        "columns": columns,
        "is_empty": not any(column.cards for column in columns),
        "sees_money": "milestones.amount" not in hidden,
        "sees_code": "code" not in hidden,
        **ways_of(request),
    }
    return render(request, "projects/milestones.html", context)
