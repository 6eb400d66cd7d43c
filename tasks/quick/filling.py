"""From what a line says to the task that it makes."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tasks.models import Priority, Task, TaskNature
from tasks.quick.finders import RecordFinders, person_of
from tasks.quick.reading import Draft, read_line
from tasks.selectors import default_kind
from teams.selectors import home_team_of


def read_for(user: Any, text: str) -> Draft:
    """The line as this user means it: in his sight, his language and his time zone."""
    zone = timezone.get_current_timezone()
    return read_line(text.replace("\0", ""), timezone.now(), zone, get_language() or "en", RecordFinders(user))


def refusals(draft: Draft) -> list[str]:
    """Why it is no task yet."""
    found = list(draft.problems)
    if not draft.title:
        found.append(_("Write what is to be done."))
    return found


def task_of(draft: Draft, *, actor: Any, takes_contact: bool) -> Task:
    """Not stored. `takes_contact`: whether the suggested person was left in."""
    owner = person_of(draft.person, actor)
    task = Task(
        name=draft.title,
        kind=default_kind(draft.nature or TaskNature.TODO),
        priority=draft.priority or Priority.NORMAL,
        owner=owner,
        team=home_team_of(owner),
        tags=list(draft.tags),
        **{f"{kind}_id": match.key for kind, match in draft.about.items()},
    )
    if takes_contact and draft.contact is not None:
        task.contact_id = draft.contact.key
    zone = timezone.get_current_timezone_name()
    task.set_due(draft.due, zone if isinstance(draft.due, datetime) else "")
    return task
