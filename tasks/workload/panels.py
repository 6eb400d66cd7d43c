"""The workload on the pages of teams: read when somebody opens it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.panels.registry import Panel, register
from tasks.workload.reading import sees_workload
from teams.models import Team


def workload_of_team(team: Team, reader: Any) -> dict[str, Any]:
    """At no query."""
    return {"address": f"{reverse('workload:page')}?{urlencode({'team': team.pk})}"}


register(
    Panel(
        key="workload_of_team",
        title=_("Workload"),
        model=Team,
        order=30,
        template="workload/_panel.jinja",
        context=workload_of_team,
        is_shown=lambda _team, reader: sees_workload(reader),
    )
)
