"""The workload in words: rows and cells of the page, and the work behind one cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from projects.models import Project
from tasks.models import Task
from tasks.time.durations import duration_text
from tasks.workload.reading import Shown, open_work, project_names, workload_of
from tasks.workload.spreading import WeekLoad
from teams.models import User

#: From this share of the hours on a week is nearly full.
NEARLY_FULL = 85
_MOST_LINES = 50
#: Stands in the address of the form of drops until a task is dropped.
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Cell:
    week: WeekLoad

    @property
    def monday(self) -> date:
        return self.week.monday

    @property
    def load_text(self) -> str:
        return _whole(self.week.load)

    @property
    def capacity_text(self) -> str:
        return _whole(self.week.capacity)

    @property
    def share(self) -> int:
        """Of the hours, in percent, 100 at most."""
        if not self.week.capacity:
            return 100 if self.week.load else 0
        return min(100, self.week.load * 100 // self.week.capacity)

    @property
    def level(self) -> str:
        if not self.week.load:
            return "none"
        if self.week.is_over:
            return "over"
        return "full" if self.share >= NEARLY_FULL else "fine"

    @property
    def sentence(self) -> str:
        return sentence_of(self.week)


def _whole(minutes: int) -> str:
    """Hours, rounded to halves: a plan is not exact to the minute."""
    halves = (minutes + 15) // 30
    return f"{halves // 2}½" if halves % 2 else str(halves // 2)


def sentence_of(week: WeekLoad) -> str:
    said = {"load": duration_text(week.load), "hours": duration_text(week.capacity)}
    if not week.load:
        return _("Nothing planned for %(hours)s hours") % said
    if not week.capacity:
        return _("%(load)s of work, and no working hours") % said
    if week.is_over:
        said["over"] = duration_text(week.load - week.capacity)
        return _("%(load)s of work for %(hours)s hours: %(over)s too much") % said
    return _("%(load)s of work for %(hours)s hours") % said


@dataclass(frozen=True)
class Row:
    person: User
    cells: Sequence[Cell]
    later_text: str
    undated_text: str


def row_of(shown: Shown) -> Row:
    load = shown.load
    return Row(
        shown.person,
        [Cell(week) for week in load.weeks],
        _whole(load.later) if load.later else "",
        _whole(load.undated_minutes) if load.undated else "",
    )


@dataclass(frozen=True)
class Line:
    task: Any
    hours: str
    left_text: str
    estimate_text: str
    may_move: bool


@dataclass(frozen=True)
class Detail:
    """`week` is None for what has no date."""

    person: User
    week: WeekLoad | None
    lines: Sequence[Line]
    given: Sequence[tuple[str, str, str]]
    weeks: Sequence[date]
    here: str
    has_more: bool
    nobody: UUID = NOBODY

    @property
    def title(self) -> str:
        if self.week is None:
            return _("%(person)s: without a date") % {"person": self.person}
        said = {"person": self.person, "day": date_format(self.week.monday, "j F")}
        return _("%(person)s, week of %(day)s") % said

    @property
    def sentence(self) -> str:
        return sentence_of(self.week) if self.week else _("Nobody knows until when: give them a date to plan them.")

    @property
    def is_over(self) -> bool:
        return bool(self.week and self.week.is_over)


def detail_of(person: User, monday: date | None, *, reader: Any, today: date, here: str) -> Detail | None:
    """None for a week that is not among those shown; at twelve queries."""
    load = workload_of([person], reader, today)[0].load
    week = next((one for one in load.weeks if one.monday == monday), None)
    if monday is not None and week is None:
        return None
    minutes = dict(week.tasks) if week else {work.key: work.remaining for work in load.undated}
    names = project_names(set(week.given), reader) if week and week.given else {}
    given = [
        (names[key], Project(pk=key).get_absolute_url(), duration_text(part))
        for key, part in (week.given if week else {}).items()
        if key in names
    ]
    lines = _lines(person, minutes, reader)
    return Detail(
        person, week, lines, given, [one.monday for one in load.weeks], here, has_more=len(minutes) > len(lines)
    )


def _lines(person: User, minutes: dict[UUID, int], reader: Any) -> list[Line]:
    longest = sorted(minutes, key=lambda key: -minutes[key])[:_MOST_LINES]
    tasks = {task.pk: task for task in open_work([person], reader).filter(pk__in=longest)}
    movable = set(Task.objects.editable_by(reader).filter(pk__in=longest).values_list("pk", flat=True))
    return [
        Line(
            tasks[key],
            duration_text(minutes[key]),
            duration_text(max(0, int(tasks[key].estimate * 60) - (tasks[key].logged or 0))),
            duration_text(int(tasks[key].estimate * 60)),
            key in movable,
        )
        for key in longest
        if key in tasks
    ]
