"""Tasks on the days that they are due: what a range of days shows, and a month as a table of days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from crm.access.querysets import branches
from crm.access.rights import Action, locked_fields, may
from crm.listing.filters import EARLIEST, LATEST
from projects.calendar import month_named, next_month, weekdays, weeks_around
from tasks.models import Task
from tasks.models.tasks import DAY_MINUTES, LONGEST_DURATION
from tasks.pages import TasksPage
from tasks.tables import CALENDAR

#: Tasks that a range shows.
MOST = 500
#: Tasks that a day of the table shows by name, and that are read of each.
SHOWN, READ = 4, 15
_BY_DAY = ("due_on", "id")
#: What chooses whose tasks these are: without any of them the calendar begins with one's own.
_WHOSE = ("mine", "owner", "team", "project", "client", "contact", "deal", "given", "watched", "everybody")
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Found:
    """Tasks of a range by day; `is_cut` says that there are more of some days."""

    tasks: Sequence[Task]
    is_cut: bool = False


@dataclass(frozen=True)
class Entry:
    """A task on a day of the table; `time` is empty for one of any time of the day."""

    task: Task
    time: str = ""
    is_overdue: bool = False
    may_move: bool = False


@dataclass
class Day:
    """`count` counts to READ at most."""

    day: date
    is_outside: bool
    is_today: bool
    list_url: str
    entries: list[Entry] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> str:
        if self.count >= READ:
            return f"{READ - SHOWN}+"
        return str(self.count - SHOWN) if self.count > SHOWN else ""


class CalendarPage(TasksPage):
    """The calendar as one reader sees it; the caller asks whether he may see dates at all.

    The month is the one that the address names, as 2026-11, else the present one. The tasks are the reader's own
    unless the address says whose.
    """

    own = ("month", EVERYBODY)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, CALENDAR)
        self.zone = timezone.get_current_timezone()
        self.today = timezone.localdate()
        self.month = month_named(request.GET.get("month", "")) or self.today.replace(day=1)

    @property
    def orders(self) -> list[Any]:
        return []

    @property
    def is_mine(self) -> bool:
        """Whether nothing else was asked for than one's own."""
        return "owner" not in self.hidden and not any(self.request.GET.get(name) for name in _WHOSE)

    @property
    def whose(self) -> list[tuple[bool, str]]:
        """(whether it is the present choice, address) of one's own and of everybody's; empty where one chose else."""
        if "owner" in self.hidden or any(self.request.GET.get(name) for name in _WHOSE[:-1]):
            return []
        return [(self.is_mine, self.address(**{EVERYBODY: []})), (not self.is_mine, self.address(**{EVERYBODY: "on"}))]

    @cached_property
    def tasks(self) -> Any:
        """The dated tasks of the filters, not yet within anybody's sight."""
        tasks = self.filterset.qs.filter(due_on__isnull=False)
        return tasks.filter(owner=self.request.user) if self.is_mine else tasks

    def between(self, first: date, last: date, *, most: int = MOST) -> Found:
        """The tasks in sight of these days by the reader's clock, both included, and what lasts into them."""
        # By another clock a moment may be a day earlier or later.
        days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 2)]
        found = self._of_days(days, most)
        lasting = Q(due_on__lt=days[0], due_on__gte=first - timedelta(minutes=LONGEST_DURATION))
        longer = self.tasks.filter(lasting, duration__gt=DAY_MINUTES).visible_to(self.request.user)
        rows = [*self._as_drawn(longer.order_by(*_BY_DAY))[:most], *found.tasks]
        return Found([task for task in rows if _touches(task, first, last, self.zone)], found.is_cut)

    def _of_days(self, days: Sequence[date], most: int) -> Found:
        reader = self.request.user
        ordered = self.tasks.order_by(*_BY_DAY)
        is_of_one = self.is_mine or bool(self.request.GET.get("owner") or self.request.GET.get("mine"))
        if is_of_one or not branches(Task, reader, Action.VIEW).reaches_all:
            among = ordered.filter(due_on__range=(days[0], days[-1]))
            # Counting is cheap beside reading a thousand in vain.
            if among.count_visible(reader, most=most + 1) <= most:
                return Found(list(self._as_drawn(among.first_visible(reader, limit=most))))
        # So many that the first days would take all the room: some of each day.
        each = max(1, most // len(days))
        tops = ordered.first_visible_of_each(reader, "due_on", days, limit=each + 1)
        counts: dict[Any, int] = {}
        kept = []
        for task in self._as_drawn(tops):
            counts[task.due_on] = counts.get(task.due_on, 0) + 1
            if counts[task.due_on] <= each:
                kept.append(task)
        return Found(kept, any(count > each for count in counts.values()))

    @staticmethod
    def _as_drawn(tasks: Any) -> Any:
        """What is drawn and no more: a range has a thousand of them."""
        return tasks.defer(*_UNDRAWN)

    def movable(self, tasks: Sequence[Task]) -> set[Any]:
        """The keys of those whose date the reader may change; one query."""
        reader = self.request.user
        if not tasks or not may(reader, Action.CHANGE, Task) or "due_on" in locked_fields(reader, Task):
            return set()
        keys = [task.pk for task in tasks]
        if branches(Task, reader, Action.CHANGE).reaches_all:
            return set(keys)
        return set(Task.objects.editable_by(reader).filter(pk__in=keys).values_list("pk", flat=True))

    @property
    def weekdays(self) -> list[Any]:
        return weekdays()

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """Whole weeks around the month; days of its neighbours are empty."""
        weeks = [[self._day(day) for day in week] for week in weeks_around(self.month)]
        by_day = {day.day: day for week in weeks for day in week if not day.is_outside}
        first, last = self.month, next_month(self.month) - timedelta(days=1)
        tasks = self.between(first, last, most=READ * len(by_day)).tasks
        movable = self.movable(tasks)
        for task in sorted(tasks, key=_by_time):
            for day in _days_of(task, first, last, self.zone):
                self._put(by_day[day], task, is_movable=task.pk in movable)
        return weeks

    def _put(self, day: Day, task: Task, *, is_movable: bool) -> None:
        day.count += 1
        if len(day.entries) < SHOWN:
            at = f"{timezone.localtime(task.due_at):%H:%M}" if task.due_at else ""
            is_overdue = self.sees_status and task.is_overdue()
            day.entries.append(Entry(task, at, is_overdue=is_overdue, may_move=is_movable))

    def _day(self, day: date) -> Day:
        return Day(
            day,
            is_outside=day.month != self.month.month,
            is_today=day == self.today,
            list_url=self._list_of(day, day),
        )

    def _list_of(self, first: date, last: date) -> str:
        mine = {"mine": "on"} if self.is_mine else {}
        return self.list_url(due_from=first.isoformat(), due_to=last.isoformat(), **mine)

    @cached_property
    def is_bare(self) -> bool:
        if self.is_filtered or any(day.count for week in self.weeks for day in week):
            return False
        return not Task.objects.count_visible(self.request.user, most=1)

    @property
    def present_url(self) -> str:
        return "" if self.month == self.today.replace(day=1) else self.address(month=[])

    @property
    def earlier_url(self) -> str:
        last = self.month - timedelta(days=1)
        return self.address(month=f"{last:%Y-%m}") if last >= EARLIEST else ""

    @property
    def later_url(self) -> str:
        following = next_month(self.month)
        return self.address(month=f"{following:%Y-%m}") if following <= LATEST else ""


_DRAWN = {
    *("id", "name", "kind", "owner", "team", "status", "state", "priority", "due_on", "due_at", "due_zone"),
    *("duration", "rrule", "version", "deleted_at"),
}
_UNDRAWN = tuple(each.name for each in Task._meta.concrete_fields if each.name not in _DRAWN)


def span_of(task: Task, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day on which it stands, by the clock of a time zone."""
    if task.due_at is None:
        first: Any = task.due_on
        return first, first + timedelta(days=max(0, -(-(task.duration or 0) // DAY_MINUTES) - 1))
    starts = task.due_at.astimezone(zone)
    # What ends at midnight is not of the day that begins then.
    length = timedelta(minutes=max(1, task.duration or 0)) - timedelta(microseconds=1)
    return starts.date(), (task.due_at + length).astimezone(zone).date()


def _touches(task: Task, first: date, last: date, zone: tzinfo) -> bool:
    day: Any = task.due_on
    if first < day < last:
        # By another clock it is a day earlier or later at most.
        return True
    starts, ends = span_of(task, zone)
    return starts <= last and ends >= first


def _days_of(task: Task, first: date, last: date, zone: tzinfo) -> Iterator[date]:
    starts, ends = span_of(task, zone)
    day = max(starts, first)
    while day <= min(ends, last):
        yield day
        day += timedelta(days=1)


def _by_time(task: Task) -> tuple[bool, Any, Any]:
    return task.due_at is not None, task.due_at or task.due_on, task.pk
