"""Time on the pages of projects: read only when somebody opens it, since those pages ask enough already."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, hidden_fields, may
from crm.panels.registry import Panel, register
from projects.models import Project
from tasks.models import TimeEntry


def time_of_project(project: Project, reader: Any) -> dict[str, Any]:
    """At no query: the panel fetches what it tells when it is opened."""
    return {"project": project}


def _sees_time(_project: Project, reader: Any) -> bool:
    return may(reader, Action.VIEW, TimeEntry) and "project" not in hidden_fields(reader, TimeEntry)


register(
    Panel(
        key="time_of_project",
        title=_("Time"),
        model=Project,
        order=60,
        is_aside=True,
        template="time/_project_panel.jinja",
        context=time_of_project,
        is_shown=_sees_time,
    )
)
