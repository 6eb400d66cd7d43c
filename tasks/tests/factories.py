"""Tasks for tests, stored through the services as any other."""

from datetime import date, datetime
from typing import Any

from tasks.models import Task, TaskNature
from tasks.selectors import default_kind
from tasks.services import create_task, install_ready_board
from teams.models import User
from teams.selectors import home_team_of


def make_task(
    owner: User,
    name: str = "Call Irina",
    *,
    by: User | None = None,
    due: date | datetime | None = None,
    nature: TaskNature = TaskNature.TODO,
    parts: Any = None,
    **fields: Any,
) -> Task:
    """A task of this person and his home team, asked for by himself unless `by` says otherwise."""
    # Tests that empty the tables take the board of the migrations with them.
    install_ready_board()
    fields.setdefault("team", home_team_of(owner))
    task = Task(name=name, owner=owner, kind=default_kind(nature), **fields)
    task.set_due(due, owner.time_zone)
    return create_task(task, actor=by or owner, parts=parts)
