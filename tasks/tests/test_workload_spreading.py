"""The load of a person: what is left is spread over his working days, all of it, and on no other day."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from tasks.workload.spreading import Clock, Given, Work, done_before, load_of, monday_of

TODAY = date(2026, 11, 25)  # a Wednesday
DAYS = 120
hours = st.lists(st.sampled_from([0, 0, 240, 480]), min_size=DAYS, max_size=DAYS)
works = st.builds(
    Work,
    key=st.uuids(),
    remaining=st.integers(1, 60_000),
    due=st.integers(-30, DAYS - 20).map(lambda number: TODAY + timedelta(days=number)),
    starts=st.one_of(st.none(), st.integers(-10, 60).map(lambda number: TODAY + timedelta(days=number))),
)


def clock_of(minutes: list[int]) -> Clock:
    return Clock(TODAY, TODAY + timedelta(days=DAYS - 1), lambda day: minutes[(day - TODAY).days])


@given(work=works, minutes=hours)
def test_all_that_remains_is_spread_and_nothing_falls_on_a_day_off(work: Work, minutes: list[int]) -> None:
    clock = clock_of(minutes)
    days = [TODAY + timedelta(days=number) for number in range(DAYS)]
    parts = [done_before(work, day + timedelta(days=1), clock) - done_before(work, day, clock) for day in days]
    assert done_before(work, TODAY, clock) == 0
    assert all(part >= 0 for part in parts)
    has_day = any(minutes[max(0, (work.due - TODAY).days) :]) or clock.between(
        max(TODAY, work.starts or TODAY), work.due
    )
    if has_day:
        assert sum(parts) == work.remaining
        assert all(not part for part, worked in zip(parts, minutes, strict=True) if not worked)


@given(found=st.lists(works, max_size=8), minutes=hours)
def test_weeks_and_what_comes_later_add_up(found: list[Work], minutes: list[int]) -> None:
    load = load_of(found, [], 8, clock_of(minutes))
    assert sum(week.task_minutes for week in load.weeks) + load.later == sum(work.remaining for work in found)
    assert load.weeks[0].monday == monday_of(TODAY)


@given(minutes=hours, percents=st.lists(st.integers(1, 100), max_size=4))
def test_work_on_a_project_is_done_in_the_time_that_is_given_for_it(minutes: list[int], percents: list[int]) -> None:
    """Of both the larger counts, and never their sum."""
    project, clock = uuid4(), clock_of(minutes)
    tasks = [Work(uuid4(), 600, TODAY + timedelta(days=30), project)]
    given_time = [Given(project, percent) for percent in percents]
    both = load_of(tasks, given_time, 8, clock)
    alone, only_given = load_of(tasks, [], 8, clock), load_of([], given_time, 8, clock)
    for one, two, three in zip(both.weeks, alone.weeks, only_given.weeks, strict=True):
        assert one.load == max(two.load, three.load)


def test_a_week_by_hand() -> None:
    """Ten hours left on Wednesday until Tuesday after: five working days of eight hours get two each."""
    week = [480, 480, 480, 0, 0, 480, 480] + [480] * (DAYS - 7)
    work = Work(UUID(int=1), 600, date(2026, 12, 1))
    load = load_of([work, Work(UUID(int=2), 60, None), Work(UUID(int=3), 30, date(2026, 1, 1))], [], 2, clock_of(week))
    assert [one.tasks.get(work.key) for one in load.weeks] == [360, 240]
    assert [one.capacity for one in load.weeks] == [1440, 960 + 480 * 5]
    assert load.weeks[0].tasks[UUID(int=3)] == 30
    assert load.undated_minutes == 60
    assert not load.weeks[0].is_over
