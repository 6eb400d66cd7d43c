"""The load of one person, computed: remaining work spread over his working days, in weeks, against his hours.

Pure functions of what they are given. Minutes everywhere; a week begins on Monday.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from uuid import UUID

WEEK = 7
#: Working minutes of a person by day: none on days off, holidays and in absences.
Hours = Callable[[date], int]


@dataclass(frozen=True)
class Work:
    """What is left of one task: `remaining` minutes until `due`, None without a date."""

    key: UUID
    remaining: int
    due: date | None
    project: UUID | None = None
    starts: date | None = None


@dataclass(frozen=True)
class Given:
    """So many percent of somebody's time for a project, both days included; None is without a bound."""

    project: UUID
    percent: int
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class WeekLoad:
    """`tasks` are minutes by task, `given` those of allocations by project, as they are before they are put together.

    What somebody does on a project for which he is given a part of his time is done in that time: of both the larger
    counts, a project and week, and never their sum.
    """

    monday: date
    capacity: int
    tasks: Mapping[UUID, int] = field(default_factory=dict)
    given: Mapping[UUID, int] = field(default_factory=dict)
    of_project: Mapping[UUID, UUID | None] = field(default_factory=dict)

    @property
    def task_minutes(self) -> int:
        return sum(self.tasks.values())

    @cached_property
    def load(self) -> int:
        on_projects: dict[UUID | None, int] = defaultdict(int)
        for key, minutes in self.tasks.items():
            on_projects[self.of_project.get(key)] += minutes
        alone = on_projects.pop(None, 0)
        projects = on_projects.keys() | self.given.keys()
        return alone + sum(max(on_projects.get(one, 0), self.given.get(one, 0)) for one in projects if one)

    @property
    def is_over(self) -> bool:
        return self.load > self.capacity


@dataclass(frozen=True)
class PersonLoad:
    """`later` are the minutes that fall behind the last week, `undated` the tasks without a date."""

    weeks: Sequence[WeekLoad]
    later: int = 0
    undated: Sequence[Work] = ()

    @property
    def undated_minutes(self) -> int:
        return sum(work.remaining for work in self.undated)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


class Clock:
    """The working minutes of one person from a day on, added up once: a thousand tasks ask for them."""

    def __init__(self, first: date, last: date, hours: Hours) -> None:
        self.first = first
        days = [hours(first + timedelta(days=number)) for number in range((last - first).days + 1)]
        self._until = [0, *accumulate(days)]

    def between(self, first: date, last: date) -> int:
        """Both days included; nothing before the first day of the clock or after its last."""
        return self.before(last + timedelta(days=1)) - self.before(first) if last >= first else 0

    def first_working_day(self, day: date) -> date:
        """From this day on; the day itself where the clock knows of none."""
        at = max(0, (day - self.first).days)
        later = bisect_right(self._until, self._until[min(at, len(self._until) - 1)])
        return self.first + timedelta(days=later - 1) if later < len(self._until) else day

    def before(self, day: date) -> int:
        """All that is worked until this day, which is not counted."""
        return self._until[min(max((day - self.first).days, 0), len(self._until) - 1)]


def done_before(work: Work, day: date, clock: Clock) -> int:
    """The minutes of the work that fall on the days before this one; nothing for work without a date.

    The rest is spread from the first day of the clock (or the later start) to the due day, in proportion to the hours
    of each day. What is overdue, or has no working day left until it is due, falls on the first working day that comes.
    """
    return _done_at([(day, clock.before(day))], work, clock)[0] if work.due is not None else 0


def _done_at(moments: Sequence[tuple[date, int]], work: Work, clock: Clock) -> list[int]:
    """As `done_before` for each of some days, given with what the clock counts before them."""
    due = work.due or clock.first
    begin = clock.before(max(clock.first, work.starts or clock.first))
    end = max(begin, clock.before(due + timedelta(days=1)))
    if begin == end:
        only = clock.first_working_day(max(clock.first, due))
        return [work.remaining if only < day else 0 for day, _before in moments]
    # Rounded from the beginning each time, so that the parts add up to the whole.
    return [work.remaining * (min(max(at, begin), end) - begin) // (end - begin) for _day, at in moments]


def load_of(works: Iterable[Work], given: Iterable[Given], weeks: int, clock: Clock) -> PersonLoad:
    """The load of the week in which the clock begins, of which only what is left counts, and of those after it."""
    mondays = [monday_of(clock.first) + timedelta(days=WEEK * number) for number in range(weeks + 1)]
    ends = [(monday, clock.before(monday)) for monday in mondays[1:]]
    by_week: list[dict[UUID, int]] = [{} for _week in range(weeks)]
    later, undated, of_project = 0, [], {}
    for work in works:
        if work.due is None:
            undated.append(work)
            continue
        of_project[work.key] = work.project
        told = 0
        for week, until in zip(by_week, _done_at(ends, work, clock), strict=True):
            if until > told:
                week[work.key] = until - told
                told = until
        later += work.remaining - told
    allocations = list(given)
    found = [
        WeekLoad(
            monday,
            clock.between(monday, monday + timedelta(days=WEEK - 1)),
            tasks,
            _allotted(allocations, monday, clock),
            of_project,
        )
        for monday, tasks in zip(mondays, by_week, strict=False)
    ]
    return PersonLoad(found, later, undated)


def _allotted(allocations: Iterable[Given], monday: date, clock: Clock) -> dict[UUID, int]:
    """The minutes of a week that are given to each project."""
    found: dict[UUID, int] = defaultdict(int)
    for one in allocations:
        first, last = max(monday, one.starts or monday), monday + timedelta(days=WEEK - 1)
        found[one.project] += clock.between(first, min(last, one.ends or last)) * one.percent // 100
    return {project: minutes for project, minutes in found.items() if minutes}
