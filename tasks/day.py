"""My day: what is overdue, what is due today, what comes next, and what has no date."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from tasks.about import Subject, progress, subjects_of, waiting
from tasks.models import OPEN_STATES, Task

#: How many tasks of a section are shown; the list shows all of them.
SHOWN = 50
NEXT_DAYS = 7


@dataclass(frozen=True)
class Item:
    """One task of a day with what its line needs."""

    task: Task
    subjects: Sequence[Subject] = ()
    waits: int = 0
    parts: tuple[int, int] | None = None
    is_overdue: bool = False
    #: Whether its time is told: who sees no dates is told none.
    sees_due: bool = True


@dataclass
class Section:
    """`all_query` leads to the same tasks in the list."""

    key: str
    label: Any
    empty: Any
    all_query: str
    items: list[Item] = field(default_factory=list)
    has_more: bool = False


def day_of(person: Any, reader: Any, now: datetime | None = None) -> list[Section]:
    """The open tasks of a person within the reader's sight, by the reader's clock.

    A query for each section, one for each type of record that they are about, and two for parts and what is waited
    for. Without sight of dates there is one section.
    """
    moment = now or timezone.now()
    mine = Task.objects.filter(owner=person, state__in=OPEN_STATES).visible_to(reader).select_related("kind", "status")
    read = [(section, _first(tasks)) for section, tasks in _sections(mine, person, reader, moment)]
    tasks = [task for _section, found in read for task in found[:SHOWN]]
    subjects, waits, parts = subjects_of(tasks, reader), waiting(tasks, reader), progress(tasks, reader)
    sees_due = "due_on" not in hidden_fields(reader, Task)
    for section, found in read:
        section.has_more = len(found) > SHOWN
        section.items = [
            Item(
                task,
                subjects[task.pk],
                waits.get(task.pk, 0),
                parts.get(task.pk),
                sees_due and task.is_overdue(moment),
                sees_due,
            )
            for task in found[:SHOWN]
        ]
    return [section for section, _found in read]


def _sections(
    mine: "QuerySet[Task]", person: Any, reader: Any, moment: datetime
) -> list[tuple[Section, "QuerySet[Task]"]]:
    own = f"?owner={person.pk}&state=todo&state=doing&state=review"
    if "due_on" in hidden_fields(reader, Task):
        section = Section("open", _("Open"), _("Nothing is to be done."), own)
        return [(section, mine.order_by("-priority", "name", "pk"))]
    today = timezone.localdate(moment)
    tomorrow = timezone.make_aware(datetime.combine(today + timedelta(days=1), datetime.min.time()))
    last = today + timedelta(days=NEXT_DAYS)
    # A moment may be a day earlier or later by another clock: the index finds the days, the moment decides.
    near = mine.filter(due_on__lte=today + timedelta(days=1))
    overdue = near.filter(Q(due_at=None, due_on__lt=today) | Q(due_at__lt=moment))
    due_today = near.filter(due_on__gte=today - timedelta(days=1)).filter(
        Q(due_at=None, due_on=today) | Q(due_at__gte=moment, due_at__lt=tomorrow)
    )
    ahead = mine.filter(due_on__gte=today, due_on__lte=last).filter(
        Q(due_at=None, due_on__gt=today) | Q(due_at__gte=tomorrow)
    )
    undated = mine.filter(due_on=None)
    by_time = ("due_on", "due_at", "pk")
    return [
        (
            Section("overdue", _("Overdue"), _("Nothing is overdue."), f"{own}&overdue=on"),
            overdue.order_by(*by_time),
        ),
        (
            Section("today", _("Today"), _("Nothing more today."), f"{own}&due_from={today}&due_to={today}"),
            due_today.order_by(*by_time),
        ),
        (
            Section("next", _("Next 7 days"), _("Nothing in the next days."), f"{own}&due_from={today}&due_to={last}"),
            ahead.order_by(*by_time),
        ),
        (
            Section("undated", _("Without a date"), _("Everything has its date."), f"{own}&has_due=no"),
            undated.order_by("-priority", "pk"),
        ),
    ]


def _first(tasks: "QuerySet[Task]") -> list[Task]:
    return list(tasks[: SHOWN + 1])
