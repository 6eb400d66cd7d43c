"""The workload on its pages: what is summed, for whom, and how work goes to another person or week."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.pages.testing import browser_of, without_ids
from projects.models import ProjectMember
from projects.tests.project_factories import make_project
from tasks.models import Task
from tasks.services.workload import NotTheirsToGive, move_work
from tasks.tests.factories import make_task
from tasks.tests.time_factories import make_time
from tasks.workload.reading import workload_of
from tasks.workload.spreading import monday_of
from teams.models import Absence, User
from teams.selectors.calendar import calendar_of
from teams.services import enter_absence
from teams.tests.factories import Cast, UserFactory, join

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def load_by_week(person: User, reader: User, weeks: int = 3) -> list[int]:
    return [week.load for week in workload_of([person], reader, MONDAY, weeks=weeks)[0].load.weeks]


def next_monday() -> date:
    return monday_of(timezone.localdate()) + timedelta(days=7)


def test_what_is_left_of_an_estimate_is_spread_over_working_days(cast: Cast) -> None:
    """Two weeks of five days, of which one is an absence: nine equal parts."""
    task = make_task(cast.ann, estimate=10, due=MONDAY + timedelta(days=11))
    make_time(cast.ann, task, 60, day=MONDAY)
    enter_absence(Absence(user=cast.ann, starts=MONDAY, ends=MONDAY), actor=cast.ann)
    assert load_by_week(cast.ann, cast.ann) == [240, 300, 0]
    day = calendar_of(cast.ann).working_minutes(MONDAY + timedelta(days=1))
    capacity = [week.capacity for week in workload_of([cast.ann], cast.ann, MONDAY)[0].load.weeks]
    assert capacity[:2] == [day * 4, day * 5]


def test_overdue_work_is_for_now_and_work_without_a_date_stands_apart(cast: Cast) -> None:
    make_task(cast.ann, estimate=3, due=MONDAY - timedelta(days=30))
    make_task(cast.ann, estimate=5)
    load = workload_of([cast.ann], cast.ann, MONDAY)[0].load
    assert (load.weeks[0].load, load.undated_minutes) == (180, 300)


def test_a_project_counts_its_part_of_the_time_or_the_work_on_it(cast: Cast) -> None:
    project = make_project(cast.ann, parts={"members": [ProjectMember(user=cast.ann, allocation=50)]})
    week = sum(calendar_of(cast.ann).working_minutes(MONDAY + timedelta(days=number)) for number in range(7))
    make_task(cast.ann, project=project, estimate=1, due=MONDAY)
    assert load_by_week(cast.ann, cast.ann, weeks=1) == [week // 2]
    make_task(cast.ann, project=project, estimate=40, due=MONDAY)
    assert load_by_week(cast.ann, cast.ann, weeks=1) == [41 * 60]


def test_only_what_the_reader_sees_is_summed_and_named(cast: Cast) -> None:
    due = next_monday() + timedelta(days=1)
    project = make_project(cast.cy, "Kestrel", parts={"members": [ProjectMember(user=cast.ann, allocation=100)]})
    make_task(cast.ann, "Vorskla", estimate=4, due=due)
    week = f"?person={cast.ann.pk}&week={next_monday()}"
    for reader, is_seen in ((cast.ann, True), (cast.bob, True), (cast.cy, False)):
        shown = text_of(reader, week)
        assert ("Vorskla" in shown) == is_seen, reader
    assert "Kestrel" not in text_of(cast.bob, week)
    assert "Kestrel" in text_of(cast.ann, week)
    assert project.pk
    seen = [week.load for week in workload_of([cast.ann], cast.cy, timezone.localdate())[0].load.weeks]
    assert all(minutes == part for minutes, part in zip(seen, allotted_to(cast.ann, cast.cy), strict=True))


def allotted_to(person: User, reader: User) -> list[int]:
    load = workload_of([person], reader, timezone.localdate())[0].load
    return [sum(week.given.values()) for week in load.weeks]


def text_of(user: Any, query: str = "") -> str:
    answer = browser_of(user).get(f"{reverse('workload:page')}{query}")
    assert answer.status_code == 200
    return without_ids(answer.content.decode())


def test_the_page_of_a_team_offers_the_load_of_its_people(cast: Cast) -> None:
    north = cast.ann.teams.get(name="North")
    page = browser_of(cast.ann).get(reverse("teams:detail", args=[north.pk])).content.decode()
    assert f"{reverse('workload:page')}?team={north.pk}" in page
    part = browser_of(cast.ann).get(f"{reverse('workload:page')}?team={north.pk}", HTTP_HX_REQUEST="true")
    shown = part.content.decode()
    assert "<html" not in shown
    assert all(str(person) in shown for person in (cast.ann, cast.bob, cast.fin))
    assert browser_of(cast.ann).get(f"{reverse('workload:page')}?team=99999").status_code == 404


def test_work_goes_to_another_person_and_week_with_its_time_of_day(cast: Cast) -> None:
    task = make_task(cast.ann, "Vorskla", estimate=4, due=timezone.now().replace(hour=9, minute=30))
    move_work(task, actor=cast.ann, owner=cast.bob, monday=next_monday())
    task.refresh_from_db()
    assert task.owner == cast.bob
    assert (task.due_on, task.due_at.astimezone(task.zone).minute) == (next_monday() + timedelta(days=4), 30)


def test_nobody_gives_work_to_whom_he_may_give_nothing(cast: Cast) -> None:
    task = make_task(cast.ann, "Vorskla", estimate=4)
    with pytest.raises(NotTheirsToGive):
        move_work(task, actor=cast.ann, owner=cast.cy)
    with pytest.raises(PermissionDenied):
        move_work(Task.objects.get(pk=task.pk), actor=cast.cy, monday=next_monday())
    url = reverse("workload:move", args=[task.pk])
    sent = {"person": cast.bob.pk, "week": next_monday().isoformat(), "version": task.version}
    assert browser_of(cast.cy).post(url, sent).status_code == 404
    assert browser_of(cast.ann).post(url, sent | {"person": cast.cy.pk}).status_code == 403
    stale = browser_of(cast.ann).post(url, sent | {"version": 99}, follow=True)
    assert "at the same moment" in stale.content.decode()
    task.refresh_from_db()
    assert (task.owner, task.due_on) == (cast.ann, None)
    browser_of(cast.ann).post(url, sent)
    task.refresh_from_db()
    assert (task.owner, task.due_on) == (cast.bob, next_monday() + timedelta(days=4))


def test_the_load_of_many_asks_no_more_than_that_of_one(cast: Cast) -> None:
    north = cast.ann.teams.get(name="North")
    people = [cast.ann, *(join(UserFactory(role=cast.ann.role), north) for _number in range(5))]
    counts = []
    for some in (people[:1], people):
        for person in some:
            make_task(person, estimate=4, due=next_monday())
        with CaptureQueriesContext(connection) as queries:
            workload_of(some, cast.ann, timezone.localdate())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
