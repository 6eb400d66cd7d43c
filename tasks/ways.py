"""What people see of tasks beside their role: what they asked for, what they watch, what is done on their projects.

Whoever asked for a task may change it and give it to somebody else, as far as his role lets him do so with his own.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.access.querysets import Condition
from crm.access.rights import Action, Rights, Scope, hidden_fields
from crm.access.ways import FurtherWay, register
from projects.ways import present_members, present_projects_of
from tasks.models import Task

_LABEL = Task._meta.label_lower
# In the words of the index `task_given`, which holds nothing else.
_GIVEN = "{creator_id} = %s AND NOT ({owner_id} = {creator_id} AND {owner_id} IS NOT NULL AND {creator_id} IS NOT NULL)"
_OF_GIVEN = _GIVEN.format(creator_id="given.creator_id", owner_id="given.owner_id")
_CREATED = f"SELECT given.id FROM tasks_task given WHERE {_OF_GIVEN}"  # noqa: S608
_WATCHED = "SELECT watcher.task_id FROM tasks_taskwatcher watcher WHERE watcher.user_id = %s"
_ON_PROJECTS = "SELECT task.id FROM tasks_task task WHERE task.project_id IN ({projects}) AND task.deleted_at IS NULL"


def _asked_by(user_id: int) -> Condition:
    return _CREATED, (user_id,)


def _is_given_by(user_id: int) -> Condition:
    return _GIVEN, (user_id,)


def _watched_by(user_id: int) -> Condition:
    return _WATCHED, (user_id,)


def _on_projects_of(user_id: int) -> Condition:
    projects, values = present_projects_of(user_id)
    # Only the text of another statement is put into this one.
    return _ON_PROJECTS.format(projects=projects), values


def _is_of_projects_of(user_id: int) -> Condition:
    projects, values = present_projects_of(user_id)
    return f"{{project_id}} IN ({projects})", values


def _sees_some_tasks(rights: Rights) -> bool:
    return rights.scope(Task, Action.VIEW) > Scope.NONE


def _who_asked(task: Task, reader: Any) -> Mapping[int, str]:
    if task.creator_id is None or task.creator_id == task.owner_id:
        return {}
    return {task.creator_id: _("Asked for this task")}


def _who_watches(task: Task, reader: Any) -> Mapping[int, str]:
    return {row.user_id: _("Watches this task") for row in task.watchers.all()}


def _who_delivers(task: Task, reader: Any) -> Mapping[int, str]:
    """To whom the project is hidden, or its team, it is not told that the task belongs to one."""
    if task.project_id is None:
        return {}
    sentence = _("Works on the project of this task")
    if "project" in hidden_fields(reader, Task):
        sentence = _("Works on this")
    return {member.user_id: sentence for member in present_members().filter(project=task.project_id)}


register(
    FurtherWay(
        model=_LABEL,
        keys=_asked_by,
        columns=("creator_id", "owner_id"),
        condition=_is_given_by,
        reasons=_who_asked,
        is_open=_sees_some_tasks,
        actions=frozenset({Action.VIEW, Action.CHANGE, Action.ASSIGN, Action.DELETE}),
    )
)
register(FurtherWay(model=_LABEL, keys=_watched_by, reasons=_who_watches, is_open=_sees_some_tasks))
register(
    FurtherWay(
        model=_LABEL,
        keys=_on_projects_of,
        columns=("project_id",),
        condition=_is_of_projects_of,
        reasons=_who_delivers,
        is_open=_sees_some_tasks,
    )
)
