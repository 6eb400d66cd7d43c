"""The pages of time that one reader has, as tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access.rights import Action, Scope, may, rights_of
from projects.models import Project
from tasks.models import TimeEntry
from tasks.time.reading import may_enter
from tasks.time.rights import may_lock


@dataclass(frozen=True)
class Tab:
    name: str
    label: str
    url: str
    is_current: bool


def tabs_of(reader: Any, current: str) -> list[Tab]:
    """At no query."""
    offered = [("week", _("My week"), "time:list")]
    if may_enter(reader):
        offered.append(("timer", _("Timer"), "time:timer"))
    if decides(reader):
        offered.append(("approve", _("To approve"), "time:approve"))
    offered.append(("report", _("Report"), "time:report"))
    if may_lock(reader):
        offered.append(("lock", _("Locked period"), "time:lock"))
    return [Tab(name, label, reverse(url), name == current) for name, label, url in offered]


def decides(reader: Any) -> bool:
    """Whether there can be time that he decides on: of his people, or of projects that he manages."""
    reach = rights_of(reader).scope(TimeEntry, Action.CHANGE)
    return reach > Scope.OWN or (reach > Scope.NONE and may(reader, Action.CHANGE, Project))
