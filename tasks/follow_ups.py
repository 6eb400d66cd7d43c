"""The next task, typed in one line with an interaction: it is about whom the interaction was with, and what about."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.follow_ups import FollowUp, register
from contacts.models import Interaction
from contacts.services.interactions import Conversation
from crm.access.rights import Action, locked_fields, may
from tasks.models import Task
from tasks.panels import SHOWN_ON
from tasks.quick import Draft
from tasks.quick.filling import read_for, refusals, task_of
from tasks.services import create_task


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Task)


def read(line: str, reader: Any) -> Draft:
    """Raises ValidationError for a line that is no task yet."""
    draft = read_for(reader, line)
    problems = refusals(draft)
    if problems:
        raise ValidationError(problems)
    return draft


def make(draft: Draft, interaction: Interaction, conversation: Conversation, actor: Any) -> str:
    """What the line itself names goes first; fields that the actor may not write stay empty."""
    task = task_of(draft, actor=actor, takes_contact=not conversation.people)
    locked = locked_fields(actor, Task)
    for record in (*conversation.people, *conversation.about):
        name = SHOWN_ON.get(type(record))
        if name and name not in locked and getattr(task, f"{name}_id") is None:
            setattr(task, name, record)
    return _said(create_task(task, actor=actor))


def _said(task: Task) -> str:
    if task.due_at is not None:
        when = date_format(localtime(task.due_at), "SHORT_DATETIME_FORMAT")
        return _("Next task: “%(task)s”, %(when)s.") % {"task": task, "when": when}
    if task.due_on is not None:
        return _("Next task: “%(task)s”, %(when)s.") % {"task": task, "when": date_format(task.due_on)}
    return _("Next task: “%(task)s”, without a date.") % {"task": task}


def register_next_task() -> None:
    """Called at start-up."""
    register(
        FollowUp(
            label=gettext_lazy("Next task"),
            placeholder=gettext_lazy("call back Thursday 10:00"),
            is_offered=_may_add,
            read=read,
            make=make,
        )
    )
