"""Entering, submitting and deciding on time: what must hold, who may, and who hears of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from crm.access.querysets import allowed_actions
from crm.access.rights import Action, Scope, forget_rights
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from projects.health_reading import with_facts
from projects.models import Project, ProjectMember
from projects.tests.project_factories import make_project
from tasks.models import ProjectTime, Task, TimeEntry, Timer, TimeState
from tasks.services import (
    TimeRefused,
    TimerForgotten,
    approve_time,
    delete_time,
    lock_time,
    reject_time,
    reopen_time,
    save_project_time,
    save_time,
    set_cell,
    start_timer,
    stop_timer,
    submit_week,
    take_week_back,
)
from tasks.services.time import Cell
from tasks.services.time_refusals import (
    AlreadySubmitted,
    ChangedMeanwhile,
    DayFull,
    DayLocked,
    NothingWorkedOn,
    NotTheirsToDecide,
    ReasonMissing,
)
from tasks.tests.factories import make_task
from tasks.tests.time_factories import make_time
from tasks.time.places import PROJECT, TASK, Place
from tasks.time.reading import time_of
from teams.models import User
from teams.tests.factories import Cast, RoleFactory, TeamFactory, UserFactory, grant_all, join

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def hours_in(user: User, day: date = MONDAY) -> list[int]:
    found = TimeEntry.objects.alive().filter(owner=user, day=day)
    return list(found.order_by("id").values_list("minutes", flat=True))


def told(user: Any) -> list[str]:
    deliver_all()
    return list(
        Notification.objects.filter(user=user, kind__startswith="time.").order_by("id").values_list("kind", flat=True)
    )


def test_time_knows_its_project_by_its_task_and_counts_for_it(cast: Cast) -> None:
    project = make_project(cast.ann)
    task = make_task(cast.ann, project=project, estimate=2)
    entry = make_time(cast.ann, task, 90)
    assert entry.project_id == project.pk
    assert with_facts(Project.objects.filter(pk=project.pk)).get().facts_hours == Decimal("1.5")
    seen = time_of(task, cast.ann)
    assert (seen.logged, seen.own, seen.estimate, seen.left_text, seen.is_over) == (90, 90, 120, "0:30", False)
    make_time(cast.ann, task, 31)
    assert time_of(task, cast.ann).is_over


def test_nobody_enters_time_on_what_he_does_not_see(cast: Cast) -> None:
    task, project = make_task(cast.ann), make_project(cast.ann)
    for on in (task, project):
        with pytest.raises(NothingWorkedOn):
            make_time(cast.cy, on)
        assert make_time(cast.ann, on).pk
    with pytest.raises(NothingWorkedOn):
        start_timer(Place(TASK, task.pk), actor=cast.cy)
    assert not Timer.objects.exists()


def test_a_day_does_not_grow_beyond_its_hours(cast: Cast) -> None:
    task = make_task(cast.ann)
    entry = make_time(cast.ann, task, 1440, day=MONDAY)
    with pytest.raises(DayFull):
        make_time(cast.ann, task, 1, day=MONDAY)
    entry.minutes = 1441
    with pytest.raises(TimeRefused):
        save_time(entry, actor=cast.ann)


def test_rounding_is_that_of_the_project_when_time_is_written(cast: Cast) -> None:
    project = make_project(cast.ann)
    save_project_time(ProjectTime(project=project, rounding=15, rounding_way="up"), actor=cast.ann)
    entry = make_time(cast.ann, project, 31)
    assert (entry.minutes, entry.billed_minutes) == (31, 45)
    save_project_time(ProjectTime(project=project, rounding=0), actor=cast.ann)
    entry.refresh_from_db()
    assert entry.billed_minutes == 45
    save_time(entry, actor=cast.ann)
    assert entry.billed_minutes == 31
    with pytest.raises(PermissionDenied):
        save_project_time(ProjectTime(project=project), actor=cast.cy)


def test_a_cell_is_what_its_entries_add_up_to(cast: Cast) -> None:
    task = make_task(cast.ann)
    place = Place(TASK, task.pk)
    for minutes, stored in ((60, [60]), (90, [90]), (0, []), (45, [45])):
        set_cell(Cell(place, MONDAY), minutes, actor=cast.ann)
        assert hours_in(cast.ann) == stored
    make_time(cast.ann, task, 30, day=MONDAY)
    set_cell(Cell(place, MONDAY), 50, actor=cast.ann)
    assert hours_in(cast.ann) == [45, 5]
    set_cell(Cell(place, MONDAY), 20, actor=cast.ann)
    assert hours_in(cast.ann) == [20]
    with pytest.raises(ChangedMeanwhile):
        set_cell(Cell(place, MONDAY, was=50), 70, actor=cast.ann)
    submit_week(MONDAY, actor=cast.ann)
    with pytest.raises(AlreadySubmitted):
        set_cell(Cell(place, MONDAY), 10, actor=cast.ann)
    set_cell(Cell(place, MONDAY), 30, actor=cast.ann)
    assert hours_in(cast.ann) == [20, 10]


def test_time_on_a_task_is_not_in_the_cell_of_its_project(cast: Cast) -> None:
    project = make_project(cast.ann)
    make_time(cast.ann, make_task(cast.ann, project=project), 60, day=MONDAY)
    set_cell(Cell(Place(PROJECT, project.pk), MONDAY), 15, actor=cast.ann)
    assert hours_in(cast.ann) == [60, 15]


def test_nothing_is_written_in_a_locked_period_but_by_those_who_lock(cast: Cast) -> None:
    task = make_task(cast.ann)
    entry = make_time(cast.ann, task, 30, day=MONDAY)
    with pytest.raises(PermissionDenied):
        lock_time(MONDAY, actor=cast.ann)
    lock_time(MONDAY, actor=cast.dana, reason="Invoiced")
    for write in (
        lambda: make_time(cast.ann, task, 10, day=MONDAY),
        lambda: save_time(entry, actor=cast.ann),
        lambda: delete_time(entry, actor=cast.ann),
        lambda: submit_week(MONDAY, actor=cast.ann),
    ):
        with pytest.raises(DayLocked) as refusal:
            write()
        assert "day" in refusal.value.message_dict
    # Out of the period as well, when it would be taken from there.
    entry.day = MONDAY + timedelta(days=1)
    with pytest.raises(DayLocked):
        save_time(entry, actor=cast.ann)
    entry.refresh_from_db()
    save_time(entry, actor=cast.dana)
    lock_time(None, actor=cast.dana)
    assert make_time(cast.ann, task, 10, day=MONDAY).pk


def test_a_week_is_submitted_and_decided_on_by_the_manager_of_the_project(cast: Cast) -> None:
    """He sees and decides on it by managing the project alone, whatever his role shows him of others' time."""
    manager = join(UserFactory(role=grant_all(RoleFactory(), Scope.OWN)), TeamFactory())
    project = make_project(manager, parts={"members": [ProjectMember(user=cast.ann)]})
    entry = make_time(cast.ann, project, 60, day=MONDAY)
    other = make_time(cast.ann, make_task(cast.ann), 60, day=MONDAY)
    assert submit_week(MONDAY, actor=cast.ann) == 2
    assert told(manager) == ["time.submitted"]
    assert set(TimeEntry.objects.visible_to(manager)) == {entry}
    assert Action.CHANGE in allowed_actions(entry, manager)
    with pytest.raises(TimeRefused):
        approve_time([other.pk], actor=manager)
    with pytest.raises(ReasonMissing):
        reject_time([entry.pk], reason=" ", actor=manager)
    reject_time([entry.pk], reason="On which milestone?", actor=manager)
    entry.refresh_from_db()
    assert (entry.state, entry.refusal, entry.decided_by) == (TimeState.REJECTED, "On which milestone?", manager)
    entry.name = "Prototype"
    save_time(entry, actor=cast.ann)
    assert (entry.state, entry.refusal) == (TimeState.DRAFT, "")
    submit_week(MONDAY, actor=cast.ann)
    assert approve_time([entry.pk], actor=manager) == 1
    assert told(cast.ann) == ["time.rejected", "time.approved"]
    entry.refresh_from_db()
    assert entry.history.count() == entry.version
    with pytest.raises(AlreadySubmitted):
        save_time(entry, actor=cast.ann)
    reopen_time([entry.pk], actor=manager)
    entry.refresh_from_db()
    assert entry.state == TimeState.DRAFT


def test_nobody_approves_his_own_unless_his_role_reaches_all(cast: Cast) -> None:
    entry = make_time(cast.ann, make_project(cast.ann), 60, day=MONDAY)
    submit_week(MONDAY, actor=cast.ann)
    with pytest.raises(NotTheirsToDecide):
        approve_time([entry.pk], actor=cast.ann)
    with pytest.raises(TimeRefused):
        approve_time([entry.pk], actor=cast.cy)
    grant_all(cast.ann.role, Scope.ALL, actions=[Action.CHANGE])
    forget_rights(cast.ann)
    assert approve_time([entry.pk], actor=cast.ann) == 1


def test_time_that_needs_no_approval_is_approved_once_it_is_submitted(cast: Cast) -> None:
    cy = cast.cy
    project = make_project(cast.ann, parts={"members": [ProjectMember(user=cy)]})
    save_project_time(ProjectTime(project=project, needs_approval=False), actor=cast.ann)
    other = make_project(cast.ann, parts={"members": [ProjectMember(user=cy)]})
    free, waiting = make_time(cy, project, day=MONDAY), make_time(cy, other, day=MONDAY)
    submit_week(MONDAY, actor=cy)
    states = {entry.pk: entry.state for entry in TimeEntry.objects.all()}
    assert states == {free.pk: TimeState.APPROVED, waiting.pk: TimeState.SUBMITTED}
    assert take_week_back(MONDAY, actor=cy) == 1


def test_nobody_frees_his_own_time_of_approval_by_switching_it_off(cast: Cast) -> None:
    """Neither the manager nor whoever else may change the project; who switched it, and when, stays known."""
    project = make_project(cast.ann)
    save_project_time(ProjectTime(project=project, needs_approval=False), actor=cast.ann)
    save_project_time(ProjectTime(project=project, needs_approval=False), actor=cast.bob)
    for user, state in ((cast.ann, TimeState.SUBMITTED), (cast.bob, TimeState.SUBMITTED), (cast.dana, "approved")):
        entry = make_time(user, project, day=MONDAY)
        submit_week(MONDAY, actor=user)
        entry.refresh_from_db()
        assert entry.state == state, user
    save_project_time(ProjectTime(project=project), actor=cast.bob)
    log = project.time_rules_log.values_list("changed_by__username", "needs_approval")
    assert list(log) == [("bob", True), ("ann", False)]


def test_what_a_manager_decides_on_is_not_his_before_it_is_submitted(cast: Cast) -> None:
    manager = join(UserFactory(role=grant_all(RoleFactory(), Scope.OWN)), TeamFactory())
    project = make_project(manager, parts={"members": [ProjectMember(user=cast.ann)]})
    entry = make_time(cast.ann, project, 60, day=MONDAY)
    entry.minutes = 30
    browser = browser_of(manager)
    edit = reverse("time:edit", args=[entry.pk])
    with pytest.raises(PermissionDenied):
        save_time(entry, actor=manager)
    assert browser.get(edit).status_code == 403
    assert edit not in browser.get(entry.get_absolute_url()).content.decode()
    submit_week(MONDAY, actor=cast.ann)
    assert edit in browser.get(entry.get_absolute_url()).content.decode()
    entry.refresh_from_db()
    entry.minutes = 45
    save_time(entry, actor=manager)
    reject_time([entry.pk], reason="More?", actor=manager)
    entry.refresh_from_db()
    with pytest.raises(PermissionDenied):
        save_time(entry, actor=manager)
    # Whose role reaches it changes it all the same.
    entry.minutes = 50
    assert save_time(entry, actor=cast.bob).minutes == 50


def test_one_timer_runs_and_the_next_one_stops_it(cast: Cast) -> None:
    one, two = make_task(cast.ann, "One"), make_task(cast.ann, "Two")
    start_timer(Place(TASK, one.pk), actor=cast.ann)
    Timer.objects.update(started_at=timezone.now() - timedelta(minutes=10))
    start_timer(Place(TASK, two.pk), actor=cast.ann, note="Again")
    assert Timer.objects.get().task == two
    assert sum(entry.minutes for entry in TimeEntry.objects.filter(task=one)) == 10
    assert sum(entry.minutes for entry in stop_timer(actor=cast.ann)) == 1
    assert TimeEntry.objects.get(task=two).name == "Again"
    assert not Timer.objects.exists()


def test_a_timer_stops_though_its_task_is_out_of_sight_by_now(cast: Cast) -> None:
    task, next_one = make_task(cast.cy), make_task(cast.ann)
    for stop in (lambda: stop_timer(actor=cast.ann), lambda: start_timer(Place(TASK, next_one.pk), actor=cast.ann)):
        Task.objects.filter(pk=task.pk).update(owner=cast.ann)
        start_timer(Place(TASK, task.pk), actor=cast.ann)
        Task.objects.filter(pk=task.pk).update(owner=cast.cy)
        assert not Task.objects.visible_to(cast.ann).filter(pk=task.pk).exists()
        stop()
        assert not Timer.objects.filter(task=task).exists()
    assert TimeEntry.objects.filter(task=task, owner=cast.ann).count() == 2
    with pytest.raises(NothingWorkedOn):
        make_time(cast.ann, task)


def test_a_forgotten_timer_asks_and_stores_nothing_by_itself(cast: Cast) -> None:
    task = make_task(cast.ann)
    start_timer(Place(TASK, task.pk), actor=cast.ann)
    Timer.objects.update(started_at=timezone.now() - timedelta(hours=13))
    for act in (
        lambda: stop_timer(actor=cast.ann),
        lambda: start_timer(Place(TASK, make_task(cast.ann).pk), actor=cast.ann),
    ):
        with pytest.raises(TimerForgotten):
            act()
    assert Timer.objects.filter(task=task).exists()
    assert not TimeEntry.objects.exists()
    assert [entry.minutes for entry in stop_timer(actor=cast.ann, minutes=90)] == [90]


def test_others_see_time_as_far_as_their_roles_reach(cast: Cast) -> None:
    entry = make_time(cast.ann, make_task(cast.ann), day=MONDAY)
    assert Action.CHANGE in allowed_actions(entry, cast.bob)
    assert allowed_actions(entry, cast.cy) == frozenset()
