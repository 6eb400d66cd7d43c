"""Whose time a manager sees beside what his role shows him: the time that others worked on his projects."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.access.querysets import Condition
from crm.access.rights import Action, Rights, Scope, hidden_fields
from crm.access.ways import FurtherWay, register
from tasks.models import TimeEntry

_ON_MANAGED = (
    "SELECT worked.id FROM tasks_timeentry worked JOIN projects_project managed ON managed.id = worked.project_id"
    " WHERE managed.owner_id = %s AND managed.deleted_at IS NULL"
)


def _on_projects_managed_by(user_id: int) -> Condition:
    return _ON_MANAGED, (user_id,)


def _sees_some_time(rights: Rights) -> bool:
    return rights.scope(TimeEntry, Action.VIEW) > Scope.NONE


def _who_manages(entry: TimeEntry, reader: Any) -> Mapping[int, str]:
    """To whom the project is hidden it is not told that the time belongs to one."""
    project = entry.project
    if project is None or project.owner_id is None or project.is_deleted:
        return {}
    if "project" in hidden_fields(reader, TimeEntry):
        return {project.owner_id: _("Decides on this time")}
    return {project.owner_id: _("Manages the project of this time")}


register(
    FurtherWay(
        model=TimeEntry._meta.label_lower,
        keys=_on_projects_managed_by,
        reasons=_who_manages,
        is_open=_sees_some_time,
        actions=frozenset({Action.VIEW, Action.CHANGE, Action.EXPORT}),
    )
)
