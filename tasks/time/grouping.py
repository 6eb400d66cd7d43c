"""By what the report of time can be grouped: each way with its key in the database and the words for its keys.

A key that the reader must not know is NULL in the database already: what he does not see falls into one row.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, F, Q, When
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client
from crm.access.rights import hidden_fields
from projects.models import Project
from tasks.models import Task, TimeEntry
from teams.models import User

Labels = Mapping[Any, str]


@dataclass(frozen=True)
class Grouping:
    """`ruled` are the fields of entries that it tells; `key(reader)` an expression; `labels(keys, reader)` words.

    `is_filter`: the report can be narrowed to one of its keys.
    """

    name: str
    label: str | Promise
    ruled: frozenset[str]
    key: Callable[[Any], Any]
    labels: Callable[[Collection[Any], Any], Labels]
    nothing: str | Promise = ""
    is_of_time: bool = False
    is_filter: bool = False


def _seen(model: Any, reader: Any) -> Any:
    return model.objects.visible_to(reader).order_by().values("pk")


def _owner(_reader: Any) -> Any:
    return F("owner_id")


def _project(reader: Any) -> Any:
    return Case(When(project__in=_seen(Project, reader), then=F("project_id")))


def _task(reader: Any) -> Any:
    return Case(When(task__in=_seen(Task, reader), then=F("task_id")))


def _client(reader: Any) -> Any:
    """That of the project, else of the task: only through what he sees, and only clients that he sees."""
    clients, ways = _seen(Client, reader), []
    if "client" not in hidden_fields(reader, Project):
        through = Q(project__in=_seen(Project, reader), project__client__in=clients)
        ways.append(When(through, then=F("project__client_id")))
    if "client" not in hidden_fields(reader, Task):
        through = Q(project=None, task__in=_seen(Task, reader), task__client__in=clients)
        ways.append(When(through, then=F("task__client_id")))
    return Case(*ways)


def _people(keys: Collection[Any], _reader: Any) -> Labels:
    return {key: str(person) for key, person in User.objects.in_bulk(keys).items()}


def _records(model: Any) -> Callable[[Collection[Any], Any], Labels]:
    return lambda keys, reader: dict(model.objects.visible_to(reader).filter(pk__in=keys).values_list("pk", "name"))


def _days(form: str) -> Callable[[Collection[Any], Any], Labels]:
    return lambda keys, _reader: {key: date_format(key, form) for key in keys}


def _weeks(keys: Collection[Any], _reader: Any) -> Labels:
    return {key: f"{date_format(key, 'j M')} – {date_format(key + timedelta(days=6), 'j M Y')}" for key in keys}


_DAY = frozenset({"day"})
GROUPINGS: Mapping[str, Grouping] = {
    one.name: one
    for one in (
        Grouping("person", gettext_lazy("Person"), frozenset({"owner"}), _owner, _people, is_filter=True),
        Grouping(
            "project",
            gettext_lazy("Project"),
            frozenset({"project"}),
            _project,
            _records(Project),
            nothing=gettext_lazy("Without a project, or of one you may not see"),
            is_filter=True,
        ),
        Grouping(
            "client",
            gettext_lazy("Client"),
            frozenset({"project", "task"}),
            _client,
            _records(Client),
            nothing=gettext_lazy("Without a client, or of one you may not see"),
            is_filter=True,
        ),
        Grouping(
            "task",
            gettext_lazy("Task"),
            frozenset({"task"}),
            _task,
            _records(Task),
            nothing=gettext_lazy("Without a task, or of one you may not see"),
            is_filter=True,
        ),
        Grouping("month", gettext_lazy("Month"), _DAY, lambda _r: TruncMonth("day"), _days("F Y"), is_of_time=True),
        Grouping("week", gettext_lazy("Week"), _DAY, lambda _r: TruncWeek("day"), _weeks, is_of_time=True),
        Grouping("day", gettext_lazy("Day"), _DAY, lambda _r: F("day"), _days("D j M Y"), is_of_time=True),
    )
}


def groupings_for(reader: Any) -> dict[str, Grouping]:
    hidden = hidden_fields(reader, TimeEntry)
    kept = {name: one for name, one in GROUPINGS.items() if hidden.isdisjoint(one.ruled)}
    if not {"client"} - hidden_fields(reader, Project) and not {"client"} - hidden_fields(reader, Task):
        kept.pop("client", None)
    return kept


def label_of(grouping: Grouping, key: Any, labels: Labels) -> str:
    return labels.get(key) or (str(grouping.nothing) if key is None else _("Somebody else"))
