"""What time is entered on, a task or a project, as pages name it: "task:<key>" or "project:<key>"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from projects.models import Project
from tasks.models import Task, TimeEntry

TASK, PROJECT = "task", "project"
_MODELS: Mapping[str, Any] = {TASK: Task, PROJECT: Project}


@dataclass(frozen=True, order=True)
class Place:
    """`kind` is "task" or "project"; a task stands for its project too."""

    kind: str
    key: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @property
    def filters(self) -> dict[str, Any]:
        """Which entries and timers are on it: those of a task are not on its project as a whole."""
        return {"task": self.key} if self.kind == TASK else {"task": None, "project": self.key}


def place_named(name: str) -> Place | None:
    """None for anything but the name of a place; whether there is such a thing is another question."""
    kind, _colon, key = name.partition(":")
    if kind not in _MODELS or len(key) != 36:
        return None
    try:
        return Place(kind, UUID(key))
    except ValueError:
        return None


def place_of(entry: Any) -> Place:
    """Of an entry or a timer."""
    return Place(TASK, entry.task_id) if entry.task_id else Place(PROJECT, entry.project_id)


@dataclass(frozen=True)
class Named:
    """A place as one reader knows it: `record` is None where it is out of his sight or gone."""

    place: Place
    record: Any
    project: str = ""

    @property
    def name(self) -> str:
        if self.record is not None:
            return str(self.record)
        return _("a task you may not see") if self.place.kind == TASK else _("a project you may not see")

    @property
    def url(self) -> str:
        return str(self.record.get_absolute_url()) if self.record is not None else ""

    @property
    def icon(self) -> str:
        return "checkbox" if self.place.kind == TASK else "briefcase"


def named_places(places: Iterable[Place], reader: Any) -> dict[Place, Named]:
    """At two queries: tasks and projects in the reader's sight, tasks with the names of their projects."""
    wanted = set(places)
    tasks = _seen(Task, {place.key for place in wanted if place.kind == TASK}, reader)
    tells_project = "project" not in hidden_fields(reader, Task)
    of_tasks = {task.project_id for task in tasks.values() if task.project_id and tells_project}
    projects = _seen(Project, {place.key for place in wanted if place.kind == PROJECT} | of_tasks, reader)
    found = {}
    for place in wanted:
        record = (tasks if place.kind == TASK else projects).get(place.key)
        project_id: Any = getattr(record, "project_id", None)
        above = projects.get(project_id) if tells_project else None
        found[place] = Named(place, record, str(above or ""))
    return found


def _seen(model: Any, keys: set[UUID], reader: Any) -> dict[UUID, Any]:
    if not keys:
        return {}
    seen: dict[UUID, Any] = model.objects.visible_to(reader).in_bulk(keys)
    return seen


def record_of(place: Place, reader: Any) -> Any | None:
    """The task or project when the reader sees it."""
    return _MODELS[place.kind].objects.visible_to(reader).filter(pk=place.key).first()


def sees_places(reader: Any) -> bool:
    """Whether his role tells him on what time was worked."""
    return hidden_fields(reader, TimeEntry).isdisjoint({"task", "project"})
