"""What follows from a stage, a membership or a client tells nobody of it who does not see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.rights import Action, Scope, forget_rights
from crm.access.shares import share
from crm.access.writing import hand_over
from crm.pages.testing import browser_of, edit_of, form_of
from projects.models import Project, ProjectMember
from projects.services import create_project, save_project
from projects.services.client_sight import GivesSight
from projects.tests.project_factories import make_project, project_stage
from teams.models import FieldRule, User
from teams.services.handing_over import Rule, plan_handover
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, grant_management, join, make_cast

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hide(user: User, *fields: str) -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.project", field=field, access="hidden")
    forget_rights(user)


def page(user: User, url: str, **parameters: Any) -> str:
    return browser_of(user).get(url, parameters).content.decode()


def panels(record: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=user.pk)
    context = RequestContext(request, {"record": record})
    return Template('{% load panels %}{% panels record "aside" %}').render(context)


def told_of(project: Project, user: User) -> dict[str, str]:
    """Every place that draws a closed project unlike an open one."""
    return {
        "calendar": page(user, reverse("projects:overview")),
        "card": page(user, project.get_absolute_url()),
        "panel": panels(project.client, user),
    }


def test_a_hidden_stage_is_told_by_no_colour_and_no_shape(cast: Cast) -> None:
    today = TODAY()
    days = {"planned_start": today - timedelta(days=9), "planned_end": today + timedelta(days=30)}
    closed = make_project(
        cast.ann, "Closed one", client=make_client(cast.ann, "Acme"), stage=project_stage("Closed"), **days
    )
    late = make_project(
        cast.ann, "Late one", client=closed.client, stage=project_stage("Closed"), planned_end=today - timedelta(days=1)
    )
    seen = told_of(closed, cast.ann)
    assert "is-closed" in seen["calendar"]
    assert "Nothing points to trouble." not in seen["card"]
    assert "On track" not in seen["panel"]
    hide(cast.fin, "stage")
    told = told_of(closed, cast.fin)
    assert "is-closed" not in told["calendar"]
    assert "Nothing points to trouble." in told["card"]
    assert "On track" in told["panel"]
    listed = browser_of(cast.fin).get(reverse("projects:list"), {"health": "red"}).context["list"]
    assert [row.record for row in listed.rows] == [late]
    assert "The planned end has passed" in page(cast.fin, late.get_absolute_url())


def test_only_active_people_join_a_team_and_those_who_left_stay(cast: Cast) -> None:
    gone, stranger = UserFactory(username="gone"), UserFactory(username="stranger", is_active=False)
    project = make_project(cast.ann, parts={"members": [ProjectMember(user=gone)]})
    gone.is_active = False
    gone.save()
    ann, url = browser_of(cast.ann), reverse("projects:part", args=[project.pk, "members"])
    sent = form_of(ann, url) | {"members-1-role": "developer", "members-1-allocation": "50"}
    assert ann.post(url, sent | {"members-1-user": str(stranger.pk)}).status_code == 422
    assert ann.post(url, sent | {"members-1-user": str(cast.bob.pk)}).status_code == 302
    assert [row.user for row in project.members.all()] == [gone, cast.bob]


def test_nobody_comes_to_a_client_by_putting_himself_on_its_project(cast: Cast) -> None:
    yesterday, acme = TODAY() - timedelta(days=1), make_client(cast.ann, "Acme")
    once = ProjectMember(user=cast.cy, starts=yesterday - timedelta(days=9))
    project = make_project(cast.ann, client=acme, parts={"members": [once]})
    version = project.version
    once.ends = yesterday
    save_project(project, actor=cast.ann, parts={"members": [once, ProjectMember(user=cast.bob)]})
    for action in (Action.CHANGE, Action.ASSIGN):
        share(project, action=action, actor=cast.ann, with_user=cast.cy)
    cy, url = browser_of(cast.cy), reverse("projects:part", args=[project.pk, "members"])
    told = "Whoever does not see the client of a project brings nobody else to it."
    itself = {"members-2-user": str(cast.cy.pk), "members-2-role": "lead", "members-2-allocation": "9"}
    for sent in (itself, {"members-0-ends": ""}, {"members-1-user": str(cast.cy.pk)}):
        refused = cy.post(url, form_of(cy, url) | sent)
        assert (refused.status_code, told in refused.content.decode()) == (422, True), sent
    restore = reverse("projects:restore_version", args=[project.pk, version])
    project.refresh_from_db()
    assert cy.post(restore, {"read_version": project.version}).status_code == 403
    refused = edit_of(cy, project.url("edit"), owner=str(cast.cy.pk))
    assert refused.status_code == 422
    assert told in str(refused.context["form"].errors["owner"])
    project.owner = cast.cy
    with pytest.raises(GivesSight):
        save_project(project, actor=cast.cy)
    project.refresh_from_db()
    with pytest.raises(PermissionDenied):
        hand_over(project, owner=cast.cy, team=project.team, actor=cast.cy)
    with pytest.raises(GivesSight):
        create_project(Project(name="Mine", client=acme, owner=cast.cy, team=cast.cy.teams.get()), actor=cast.cy)
    assert not Client.objects.visible_to(cast.cy).filter(pk=acme.pk).exists()


def test_who_does_not_see_the_client_still_edits_the_project_and_who_does_brings_others(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    project = make_project(cast.ann, client=acme, parts={"members": [ProjectMember(user=cast.bob)]})
    for action in (Action.CHANGE, Action.ASSIGN):
        share(project, action=action, actor=cast.ann, with_user=cast.cy)
    cy, url = browser_of(cast.cy), reverse("projects:part", args=[project.pk, "members"])
    assert edit_of(cy, project.url("edit"), name="Renamed").status_code == 302
    ends = (TODAY() + timedelta(days=5)).isoformat()
    assert cy.post(url, form_of(cy, url) | {"members-0-allocation": "20", "members-0-ends": ends}).status_code == 302
    assert cy.post(url, form_of(cy, url) | {"members-0-DELETE": "on"}).status_code == 302
    ann, new = browser_of(cast.ann), {"members-0-role": "lead", "members-0-allocation": "9"}
    assert ann.post(url, form_of(ann, url) | new | {"members-0-user": str(cast.cy.pk)}).status_code == 302
    assert Client.objects.visible_to(cast.cy).filter(pk=acme.pk).exists()
    project.refresh_from_db()
    assert (project.name, project.client) == ("Renamed", acme)


def test_a_book_is_handed_over_without_the_projects_whose_client_the_actor_does_not_see(cast: Cast) -> None:
    head = grant_management(grant_all(RoleFactory(name="head", rank=70), Scope.TEAM), Scope.TEAM)
    hana = join(UserFactory(username="hana", role=head), cast.ann.teams.get())
    hidden = make_project(cast.cy, "Hidden", client=make_client(cast.cy, "Secret client"))
    Project.objects.filter(pk=hidden.pk).update(owner=cast.ann, team=cast.ann.teams.get())
    seen = make_project(cast.ann, "Seen", client=make_client(cast.ann, "Acme"))
    bare = make_project(cast.ann, "Bare")
    given = {portion.label: set(portion.ids) for portion in plan_handover(cast.ann, Rule([hana]), actor=hana).portions}
    assert given["projects.project"] == {seen.pk, bare.pk}
