"""What follows from a stage, a membership or a client tells nobody of it who does not see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import forget_rights
from crm.pages.testing import browser_of, form_of
from projects.models import Project, ProjectMember
from projects.tests.project_factories import make_project, project_stage
from teams.models import FieldRule, User
from teams.tests.factories import Cast, UserFactory, make_cast

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
