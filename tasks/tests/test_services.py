"""Adding, changing and moving tasks: what must hold, who hears of it, and what becomes of it elsewhere."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.models import Interaction
from contacts.tests.factories import make_contact
from crm.access.querysets import allowed_actions
from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.timeline.models import Place
from projects.models import Milestone, ProjectMember
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_project
from tasks.models import Task, TaskBlocker, TaskBoard, TaskNature, TaskStatus, TaskWatcher
from tasks.services import (
    MilestoneOfAnotherProject,
    PartOfItself,
    Talk,
    TaskRefused,
    TooDeep,
    WaitsForItself,
    finish_task,
    move_task,
    reopen_task,
    save_task,
)
from tasks.tests.factories import make_task
from teams.tests.factories import Cast, Scope, grant_all

pytestmark = pytest.mark.django_db


def kinds_told(user: Any) -> list[str]:
    deliver_all()
    return list(Notification.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_a_task_knows_its_client_by_what_it_is_about(cast: Cast) -> None:
    acme = make_client(cast.ann, name="Acme")
    deal = make_deal(cast.ann, "Portal", client=acme)
    project = make_project(cast.ann, "Rollout", client=acme)
    irina = make_contact(cast.ann, at=acme)
    for about in ({"deal": deal}, {"project": project}, {"contact": irina}):
        assert make_task(cast.ann, **about).client_id == acme.pk
    assert make_task(cast.ann).client_id is None


def test_circles_are_refused_in_their_place(cast: Cast) -> None:
    top = make_task(cast.ann, "Top")
    middle = make_task(cast.ann, "Middle", parent=top)
    below = make_task(cast.ann, "Below", parent=middle)
    for parent in (top, middle, below):
        top.parent = parent
        with pytest.raises(PartOfItself) as refusal:
            save_task(top, actor=cast.ann)
        assert set(refusal.value.message_dict) == {"parent"}
    other = make_task(cast.ann, "Other", parts={"blockers": [TaskBlocker(blocker=middle)]})
    with pytest.raises(WaitsForItself, match="Other"):
        save_task(middle, actor=cast.ann, parts={"blockers": [TaskBlocker(blocker=other)]})
    with pytest.raises(WaitsForItself):
        save_task(below, actor=cast.ann, parts={"blockers": [TaskBlocker(blocker=below)]})
    assert TaskBlocker.objects.count() == 1


def test_a_task_is_divided_five_times_at_most(cast: Cast) -> None:
    parent = None
    for level in range(6):
        parent = make_task(cast.ann, f"Level {level}", parent=parent)
    with pytest.raises(TooDeep):
        make_task(cast.ann, "One too many", parent=parent)


def test_the_database_refuses_what_a_clock_or_a_sum_cannot_bear(cast: Cast) -> None:
    task = make_task(cast.ann)
    for field, value in (("due_on", date(1, 1, 1)), ("due_on", date(9999, 12, 31)), ("estimate", Decimal("NaN"))):
        with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**{field: value})
    for due in (date(1, 1, 1), date(9999, 12, 31)):
        task.due_on = due
        with pytest.raises(TaskRefused) as refusal:
            save_task(task, actor=cast.ann)
        assert set(refusal.value.message_dict) == {"due_on"}


def test_a_milestone_brings_its_project_and_no_other(cast: Cast) -> None:
    project = make_project(cast.ann, "Rollout", parts={"milestones": [Milestone(name="Beta", due=date(2031, 1, 1))]})
    beta = project.milestones.get()
    assert make_task(cast.ann, milestone=beta).project_id == project.pk
    with pytest.raises(MilestoneOfAnotherProject):
        make_task(cast.ann, milestone=beta, project=make_project(cast.ann, "Other"))


def test_a_task_moves_over_the_board_of_its_project_else_of_its_team(cast: Cast) -> None:
    project = make_project(cast.ann, "Rollout")
    board = TaskBoard.objects.create(name="Rollout", project=project)
    for position, (name, state) in enumerate((("Inbox", "todo"), ("Coding", "doing"), ("Shipped", "done"))):
        TaskStatus.objects.create(board=board, name=name, state=state, position=position)
    task = make_task(cast.ann, project=project)
    assert task.status.name == "Inbox"
    move_task(task, board.statuses.get(name="Coding"), actor=cast.ann)
    task.project = None
    save_task(task, actor=cast.ann)
    assert (task.status.name, task.state) == ("Doing", "doing")
    with pytest.raises(TaskRefused):
        move_task(task, board.statuses.get(name="Shipped"), actor=cast.ann)


def test_what_came_of_a_call_is_an_interaction_with_whom_and_what_it_was_about(cast: Cast) -> None:
    acme = make_client(cast.ann, name="Acme")
    deal = make_deal(cast.ann, "Portal", client=acme)
    irina = make_contact(cast.ann, at=acme)
    task = make_task(cast.ann, deal=deal, contact=irina, nature=TaskNature.CALL)
    finish_task(task, actor=cast.ann, talk=Talk("She agrees", outcome="agreed"))
    told = Interaction.objects.get()
    assert (told.kind, told.outcome, told.subject_id) == ("call", "agreed", irina.pk)
    places = set(Place.objects.filter(entry__source_id=told.pk).values_list("subject_id", flat=True))
    assert places == {irina.pk, deal.pk, acme.pk, task.pk}
    assert task.done_at is not None
    reopen_task(task, actor=cast.ann)
    assert (task.state, task.done_at) == ("todo", None)


def test_handing_a_task_over_notifies_and_done_notifies_who_asked(cast: Cast) -> None:
    task = make_task(cast.cy, by=cast.ann, parts={"watchers": [TaskWatcher(user=cast.bob)]})
    assert kinds_told(cast.cy) == ["tasks.given"]
    assert kinds_told(cast.bob) == ["tasks.watched"]
    finish_task(task, actor=cast.cy)
    assert kinds_told(cast.ann) == ["tasks.done"]
    assert kinds_told(cast.bob) == ["tasks.watched", "tasks.done"]


def test_whoever_waits_hears_when_nothing_is_left_to_wait_for(cast: Cast) -> None:
    first, second = make_task(cast.ann, "First"), make_task(cast.ann, "Second")
    blockers = [TaskBlocker(blocker=first), TaskBlocker(blocker=second)]
    make_task(cast.bob, "Third", by=cast.ann, parts={"blockers": blockers})
    finish_task(first, actor=cast.ann)
    assert kinds_told(cast.bob) == ["tasks.given"]
    finish_task(second, actor=cast.ann)
    assert kinds_told(cast.bob) == ["tasks.given", "tasks.unblocked"]


def test_who_asked_sees_changes_and_takes_back_the_task_he_gave(cast: Cast) -> None:
    """cy is of another team and reaches nothing of ann's otherwise."""
    grant_all(cast.cy.role, Scope.OWN)
    task = make_task(cast.ann, by=cast.cy)
    assert Task.objects.visible_to(cast.cy).get() == task
    assert allowed_actions(task, cast.cy) == {Action.VIEW, Action.CHANGE, Action.ASSIGN, Action.DELETE}
    task.name = "Call Irina again"
    save_task(task, actor=cast.cy)
    task.refresh_from_db()
    assert task.version == 2
    with pytest.raises(PermissionDenied):
        save_task(make_task(cast.ann), actor=cast.cy)


def test_watchers_and_project_members_see_and_change_nothing(cast: Cast) -> None:
    grant_all(cast.cy.role, Scope.OWN)

    project = make_project(cast.ann, "Rollout", parts={"members": [ProjectMember(user=cast.cy)]})
    watched = make_task(cast.ann, "Watched", parts={"watchers": [TaskWatcher(user=cast.cy)]})
    delivered = make_task(cast.ann, "Delivered", project=project)
    make_task(cast.ann, "Hers")
    assert set(Task.objects.visible_to(cast.cy)) == {watched, delivered}
    for task in (watched, delivered):
        assert allowed_actions(task, cast.cy) == {Action.VIEW}
        with pytest.raises(PermissionDenied):
            finish_task(task, actor=cast.cy)


def test_a_stale_move_is_refused(cast: Cast) -> None:
    task = make_task(cast.ann, due=timezone.localdate() + timedelta(days=1))
    first, second = Task.objects.get(pk=task.pk), Task.objects.get(pk=task.pk)
    finish_task(first, actor=cast.ann)
    with pytest.raises(StaleVersion):
        finish_task(second, actor=cast.ann)
