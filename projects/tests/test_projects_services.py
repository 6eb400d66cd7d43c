"""What the services do to projects: codes, moves, parts, milestones, and what each leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import Action, forget_rights
from crm.access.shares import share
from crm.access.writing import StaleVersion, move_to_bin
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from crm.timeline.models import Entry
from projects.models import Milestone, MilestoneState, Project, ProjectLink, ProjectMember, ProjectStage
from projects.project_codes import suggested_code
from projects.project_selectors import team_of_project
from projects.services import (
    NoSuchMilestone,
    create_project,
    move_project,
    put_milestone_off,
    restore_project,
    save_project,
    set_milestone_state,
    shift_plan,
)
from projects.tests.project_factories import make_full_project, make_project, project_stage
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def stored(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@transaction.atomic
def store_past_the_services(rows: Any, **values: Any) -> None:
    rows.update(**values)
    connection.check_constraints()


def rule(user: Any, field: str, access: str = "read_only") -> None:
    FieldRule.objects.create(role=user.role, record_type="projects.project", field=field, access=access)
    forget_rights(user)


def test_codes_are_made_up_and_unique_among_the_living(cast: Cast) -> None:
    acme = make_client(cast.ann, "Акме «Сервіс»")
    codes = [make_project(cast.ann, client=acme).code for _each in range(2)]
    assert (codes, make_project(cast.ann).code) == (["АКМЕ-1", "АКМЕ-2"], "P-0001")
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    hidden = make_project(cast.cy, client=acme)
    assert (hidden.code, suggested_code(acme, actor=cast.ann)) == ("АКМЕ-3", "АКМЕ-3")
    assert make_project(cast.ann, client=acme).code == "АКМЕ-4"
    typed = make_project(cast.ann, "Typed", code="Keel")
    assert make_project(cast.ann, code="KEEL").code == "KEEL-2"
    move_to_bin(typed, actor=cast.ann)
    taker = make_project(cast.ann, code="keel")
    assert (taker.code, restore_project(typed, actor=cast.ann).code) == ("keel", "Keel-3")
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=taker.pk).update(code="KEEL-2")


def test_a_move_is_kept_told_and_stored_alone_and_closing_sets_the_actual_end(cast: Cast) -> None:
    project = make_project(cast.ann)
    Project.objects.filter(pk=project.pk).update(stage_since=timezone.now() - timedelta(hours=5))
    project.name = "Renamed"
    move_project(project, project_stage("Closed"), actor=cast.bob)
    deliver_all()
    move = project.moves.latest("at")
    assert (move.from_stage.name, move.to_stage.name, move.actor) == ("Preparation", "Closed", cast.bob)
    assert 18_000 <= move.seconds < 18_060
    kept = stored(project)
    assert (kept.name, kept.state, kept.actual_end) == ("Rollout", "closed", TODAY())
    assert Entry.objects.filter(subject_id=project.pk, event="projects.moved", source_id=move.pk).exists()
    assert [(notice.user, notice.kind) for notice in Notification.objects.all()] == [(cast.ann, "projects.moved")]
    move_project(kept, project_stage("Closed"), actor=cast.bob)
    assert project.moves.count() == 2
    kept.stage = project_stage("Running")
    save_project(kept, actor=cast.ann)
    assert stored(kept).stage.name == "Closed"


def test_outsiders_and_readers_of_the_stage_move_nothing_and_the_late_one_is_refused(cast: Cast) -> None:
    project = make_project(cast.ann)
    rule(cast.fin, "stage")
    for user in (cast.cy, cast.fin):
        with pytest.raises(PermissionDenied):
            move_project(project, project_stage("Running"), actor=user)
    late = stored(project)
    move_project(project, project_stage("Running"), actor=cast.ann)
    with pytest.raises(StaleVersion):
        move_project(late, project_stage("Closed"), actor=cast.bob)
    assert stored(project).stage.name == "Running"


def test_the_database_holds_a_project_to_the_kind_of_its_stage(cast: Cast) -> None:
    project = make_project(cast.ann)
    with pytest.raises(IntegrityError):
        store_past_the_services(Project.objects.filter(pk=project.pk), state="closed")
    with pytest.raises(IntegrityError):
        store_past_the_services(ProjectStage.objects.filter(pk=project.stage_id), kind="closed")


def test_the_database_refuses_what_is_no_project(cast: Cast) -> None:
    project, today = make_full_project(cast.ann, "Full", client=None), TODAY()
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (Project.objects, {"planned_end": project.planned_start - timedelta(days=1)}),
        (Project.objects, {"budget_amount": -1}),
        (ProjectMember.objects, {"allocation": 101}),
        (ProjectMember.objects, {"starts": today, "ends": today - timedelta(days=1)}),
        (Milestone.objects, {"accepted_on": today}),
        (ProjectLink.objects, {"url": "javascript:alert(1)"}),
    ]
    for rows, values in wrong:
        with pytest.raises(IntegrityError):
            store_past_the_services(rows, **values)
    assert Milestone.objects.update(state="accepted", accepted_on=today) == 2


def test_a_milestone_goes_on_and_back_in_time_and_leaves_the_others(cast: Cast) -> None:
    project = make_full_project(cast.ann, "Full", client=None)
    first, second = project.milestones.order_by("due")
    due, other = first.due, second.due
    put_milestone_off(project, first.pk, 7, actor=cast.bob)
    set_milestone_state(project, first.pk, MilestoneState.ACCEPTED, actor=cast.bob)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.due, first.state, first.accepted_on) == (due + timedelta(days=7), "accepted", TODAY())
    assert (second.due, second.state) == (other, "planned")
    set_milestone_state(project, first.pk, MilestoneState.PLANNED, actor=cast.bob)
    first.refresh_from_db()
    assert (first.state, first.accepted_on, first.amount) == ("planned", None, 1239876)
    with pytest.raises(NoSuchMilestone):
        put_milestone_off(project, 0, 1, actor=cast.bob)
    rule(cast.fin, "milestones")
    with pytest.raises(PermissionDenied):
        put_milestone_off(stored(project), first.pk, 1, actor=cast.fin)
    assert stored(project).version == 4


def test_the_plan_is_shifted_within_sense_and_the_late_one_is_refused(cast: Cast) -> None:
    today = TODAY()
    project = make_project(cast.ann, planned_start=today, planned_end=today + timedelta(days=9))
    late = stored(project)
    shift_plan(project, actor=cast.bob, start=2, end=2)
    kept = stored(project)
    assert (kept.planned_start, kept.planned_end) == (today + timedelta(days=2), today + timedelta(days=11))
    with pytest.raises(ValueError, match="ends after"):
        shift_plan(kept, actor=cast.bob, end=-30)
    with pytest.raises(StaleVersion):
        shift_plan(late, actor=cast.ann, end=1)
    rule(cast.fin, "planned_end")
    with pytest.raises(PermissionDenied):
        shift_plan(stored(project), actor=cast.fin, end=1)


def test_new_members_hear_of_it_once_and_too_much_of_a_person_is_told_not_refused(cast: Cast) -> None:
    first = make_project(cast.ann, parts={"members": [ProjectMember(user=cast.bob, allocation=70)]})
    second = make_project(cast.ann, "Second")
    save_project(second, actor=cast.ann, parts={"members": [ProjectMember(user=cast.bob, allocation=60)]})
    save_project(second, actor=cast.ann, parts={"members": list(second.members.all())})
    deliver_all()
    assert Notification.objects.filter(user=cast.bob, kind="projects.joined").count() == 2
    assert [(member.user, member.total) for member in team_of_project(second)] == [(cast.bob, 130)]
    warning = "130% of his time in all projects"
    assert warning in browser_of(cast.ann).get(second.get_absolute_url()).content.decode()
    move_project(first, project_stage("Closed"), actor=cast.ann)
    assert warning not in browser_of(cast.ann).get(second.get_absolute_url()).content.decode()


def test_who_may_not_write_code_stage_or_money_still_adds_projects(cast: Cast) -> None:
    for field in ("stage", "code", "budget_amount"):
        rule(cast.fin, field, "hidden")
    project = Project(name="By fin", owner=cast.fin, team=cast.fin.teams.get(), budget_amount=5)
    row = Milestone(name="M", due=TODAY(), amount=5)
    kept = stored(create_project(project, actor=cast.fin, parts={"milestones": [row]}))
    assert (kept.stage.name, kept.code, kept.currency, kept.budget_amount) == ("Preparation", "P-0001", "UAH", None)
    assert kept.milestones.get().amount is None


def test_a_version_holds_every_part_and_restoring_brings_them_back(cast: Cast) -> None:
    project = make_full_project(cast.ann, "Full", client=None)
    assert {name: len(rows) for name, rows in project.history.latest("version").parts.items()} == {
        "contacts": 0,
        "members": 1,
        "milestones": 2,
        "risks": 1,
        "links": 1,
        "rates": 1,
    }
    save_project(project, actor=cast.ann, parts={"milestones": [], "risks": []})
    assert project.milestones.count() == 0
    url = reverse("projects:restore_version", args=[project.pk, 1])
    sent = {"version": project.version, "read_version": project.version}
    assert browser_of(cast.ann).post(url, sent).status_code == 302
    assert (project.milestones.count(), project.risks.count()) == (2, 1)
