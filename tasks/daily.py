"""What the daily mail says of tasks: one's own of the day, and those of one's people that are overdue."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access.rights import Action, hidden_fields, may
from crm.notifications.digests import Chapter, Entry
from crm.ui.addresses import address_of
from tasks.day import day_of
from tasks.filters import overdue_now
from tasks.models import Task
from teams.models import Membership, Team, User

_MOST = 20


def has_tasks(user: Any) -> bool:
    return may(user, Action.VIEW, Task) and "status" not in hidden_fields(user, Task)


def leads(user: Any) -> bool:
    return has_tasks(user) and Team.objects.filter(lead=user).exists()


def write_own_day(user: Any, day: date) -> Chapter | None:
    """What is overdue and what is due on the day of the mail; nothing where there is neither."""
    sections = [section for section in day_of(user, user) if section.key in ("overdue", "today")]
    entries = [_entry(item.task, section.label) for section in sections for item in section.items[:_MOST]]
    return Chapter(_("Your tasks today"), entries, address_of("tasks:day")) if entries else None


def write_overdue(user: Any, day: date) -> Chapter | None:
    """By person, of the teams that the receiver leads, within his sight."""
    if not hidden_fields(user, Task).isdisjoint({"owner", "status", "due_on"}):
        return None
    people = Membership.objects.filter(team__lead=user).exclude(user=user).values("user")
    late = Task.objects.visible_to(user).filter(overdue_now(), owner__in=people).order_by("due_on", "due_at", "pk")
    by_person: dict[User, list[Task]] = {}
    for task in late.select_related("owner")[: _MOST * _MOST]:
        if task.owner is not None:
            by_person.setdefault(task.owner, []).append(task)
    if not by_person:
        return None
    lines = [_line(person, tasks) for person, tasks in sorted(by_person.items(), key=lambda each: -len(each[1]))]
    return Chapter(_("Overdue tasks of your people"), lines[:_MOST], f"{address_of('tasks:list')}?overdue=on")


def _entry(task: Task, label: Any) -> Entry:
    day: Any = task.due_on
    when = date_format(localtime(task.due_at), "SHORT_DATETIME_FORMAT") if task.due_at else date_format(day)
    return Entry(task.name, f"{label}: {when}", task.get_absolute_url())


def _line(person: User, tasks: Sequence[Task]) -> Entry:
    count = ngettext("%(count)s overdue task", "%(count)s overdue tasks", len(tasks)) % {"count": len(tasks)}
    first = "; ".join(task.name for task in tasks[:3])
    return Entry(f"{person} – {count}", first, f"{address_of('tasks:day')}?person={person.pk}")
