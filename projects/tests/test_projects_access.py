"""Nothing of anothers project reaches an outsider; a member sees it while he is one; hidden money stands nowhere."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.explaining import who_sees
from crm.access.rights import Action, Scope, forget_rights
from crm.access.shares import share, shares_of
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of, edit_of, form_of, without_ids
from projects.models import Deal, Milestone, Project, ProjectMember
from projects.services import move_project, save_project
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_full_project, make_project, project_stage
from teams.models import FieldRule, Grant, Role, User
from teams.services import install_ready_roles
from teams.tests.factories import Cast, TeamFactory, UserFactory, join, make_cast

pytestmark = pytest.mark.django_db
AMOUNT = ("1239876", "1,239,876")
TODAY = timezone.localdate


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hide(user: User, *fields: str, access: str = "hidden") -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.project", field=field, access=access)
    forget_rights(user)


def page(user: User, url: str, **parameters: Any) -> str:
    response = browser_of(user).get(url, parameters)
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode()


def panels(record: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=user.pk)
    context = RequestContext(request, {"record": record})
    return Template('{% load panels %}{% panels record "aside" %}').render(context)


def surfaces(user: User, project: Project) -> dict[str, str]:
    """Every place that tells of a project, as this reader gets it."""
    lists = {name: page(user, reverse(f"projects:{name}")) for name in ("list", "export")}
    told = {
        **lists,
        "list with filters": page(user, reverse("projects:list"), filters="1"),
        "card": page(user, project.get_absolute_url()),
        "history": page(user, project.url("history")),
        "version": page(user, reverse("projects:version", args=[project.pk, 2])),
        "timeline": page(user, reverse("timeline:of", args=["projects.project", project.pk])),
        "search": page(user, reverse("search"), q=project.name[2:8]),
        "suggestions": page(user, reverse("projects:suggest"), q=project.name[2:8]),
        "edit": page(user, project.url("edit")),
        "milestones": page(user, reverse("projects:part", args=[project.pk, "milestones"])),
        "rates": page(user, reverse("projects:part", args=[project.pk, "rates"])),
        "notifications": page(user, reverse("notifications:list")),
    }
    if project.client:
        told["panel of the client"] = panels(project.client, user)
    return told | {f"panel of {row.contact}": panels(row.contact, user) for row in project.contacts.all()}


def full(cast: Cast, name: str = "Nightingale") -> Project:
    """With a row in every part, changed once and moved once."""
    person = make_contact(cast.ann, "Kovalenko")
    project = make_full_project(cast.ann, name, client=make_client(cast.ann, "Acme"), contact=person)
    rows = list(project.milestones.all())
    rows[1].amount = 1239876
    save_project(project, actor=cast.ann, parts={"milestones": rows})
    return move_project(project, project_stage("Running"), actor=cast.bob)


def work_on(project: Project, user: User, *, actor: User, **days: Any) -> Project:
    members = [*project.members.all(), ProjectMember(user=user, role="developer", **days)]
    return save_project(project, actor=actor, parts={"members": members})


def reasons_of(user: User, record: Any, reader: User) -> list[str]:
    """Why somebody sees the record, as it is told to this reader."""
    found = [one for one in who_sees(record, reader=User.objects.get(pk=reader.pk)) if one.user == user]
    return [str(reason.text) for one in found for reason in one.reasons]


def test_an_outsider_gets_nothing_of_anns_project_anywhere(cast: Cast) -> None:
    project = full(cast)
    for surface, told in surfaces(cast.cy, project).items():
        for word in ("Nightingale", "Kestrel", "ACME-1", *AMOUNT):
            assert word not in told, (surface, word)
    for surface, told in surfaces(cast.ann, project).items():
        assert "Nightingale" in told or surface in ("timeline", "notifications"), surface


def test_a_member_sees_the_project_and_the_clients_card_and_not_the_clients_other_deals(cast: Cast) -> None:
    project = full(cast)
    deal = make_deal(cast.ann, "Secret offer", client=project.client, amount=777)
    other = make_project(cast.ann, "Other work", client=project.client)
    assert browser_of(cast.cy).get(project.client.get_absolute_url()).status_code == 404
    work_on(project, cast.cy, actor=cast.ann)
    deliver_all()
    assert "Acme" in page(cast.cy, project.get_absolute_url())
    assert "Nightingale" in page(cast.cy, reverse("projects:list"))
    card = without_ids(page(cast.cy, project.client.get_absolute_url()))
    assert "Acme" in card
    for hidden in ("Secret offer", "Other work", "777"):
        assert hidden not in card
    seen = surfaces(cast.cy, project)
    for surface, word in (("search", "Nightingale"), ("suggestions", "Nightingale"), ("timeline", "moved the project")):
        assert word in seen[surface], surface
    for record in (deal, other):
        assert browser_of(cast.cy).get(record.get_absolute_url()).status_code == 404
    assert browser_of(cast.cy).get(project.url("edit")).status_code == 403
    assert "put you on the team of “Nightingale”" in page(cast.cy, reverse("notifications:list"))


def test_a_member_whose_role_sees_no_clients_sees_the_project_without_its_client(cast: Cast) -> None:
    project = full(cast)
    work_on(project, cast.cy, actor=cast.ann)
    Grant.objects.filter(role=cast.ann.role, record_type="clients.client").exclude(action="view").delete()
    coder = join(UserFactory(username="coder"), TeamFactory())
    work_on(project, coder, actor=cast.ann)
    assert browser_of(coder).get(project.client.get_absolute_url()).status_code == 404
    card = page(coder, project.get_absolute_url())
    assert "Nightingale" in card
    assert "Acme" not in card.replace("ACME-1", "")
    assert browser_of(cast.cy).get(project.client.get_absolute_url()).status_code == 200


def test_sight_ends_with_the_membership_and_a_share_given_by_hand_stays(cast: Cast) -> None:
    project, yesterday = full(cast), TODAY() - timedelta(days=2)
    work_on(project, cast.cy, actor=cast.ann)
    assert browser_of(cast.cy).get(project.get_absolute_url()).status_code == 200
    members = [member for member in project.members.all() if member.user_id != cast.cy.pk]
    past = ProjectMember(user=cast.cy, starts=yesterday, ends=yesterday)
    future = ProjectMember(user=cast.cy, starts=TODAY() + timedelta(days=2))
    for row in (past, future):
        save_project(project, actor=cast.ann, parts={"members": [*members, row]})
        for record in (project, project.client):
            assert browser_of(cast.cy).get(record.get_absolute_url()).status_code == 404
    share(project, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    work_on(project, cast.cy, actor=cast.ann)
    save_project(project, actor=cast.ann, parts={"members": members})
    assert browser_of(cast.cy).get(project.get_absolute_url()).status_code == 200
    assert [given.holder for given in shares_of(project)] == [cast.cy]


def test_who_sees_this_and_why_names_the_membership_and_no_project_out_of_sight(cast: Cast) -> None:
    project = full(cast)
    work_on(project, cast.cy, actor=cast.ann)
    assert "On the team of this project (Developer)" in page(cast.ann, project.url("sharing"))
    assert "Works on the project “Nightingale”" in page(cast.ann, project.client.url("sharing"))
    stranger = UserFactory(role=cast.fin.role)
    share(project.client, action=Action.VIEW, actor=cast.ann, with_user=stranger)
    told = page(stranger, project.client.url("sharing"))
    assert "Nightingale" not in told
    assert reasons_of(cast.cy, project.client, stranger) == ["By what they work on"]
    assert cast.cy in [one.user for one in who_sees(project)]
    hide(cast.fin, "members")
    for record in (project, project.client):
        assert reasons_of(cast.cy, record, cast.fin) == ["By what they work on"]
        assert reasons_of(cast.cy, record, cast.ann) != ["By what they work on"]


def test_hidden_money_stands_on_no_surface(cast: Cast) -> None:
    project = full(cast)
    hide(cast.fin, "budget_amount")
    for surface, told in surfaces(cast.fin, project).items():
        for word in (*AMOUNT, "45.00", "€45"):
            assert word not in told, (surface, word)
    seen = surfaces(cast.ann, project)
    for surface in ("card", "version", "export", "timeline", "milestones", "history", "edit"):
        assert any(word in seen[surface] for word in AMOUNT), surface
    assert "45" in seen["rates"]
    assert browser_of(cast.fin).get(reverse("projects:part", args=[project.pk, "rates"])).status_code == 404


def test_hidden_money_is_written_by_nobody_who_may_not_see_it(cast: Cast) -> None:
    project = full(cast)
    hide(cast.fin, "budget_amount")
    fin, url = browser_of(cast.fin), reverse("projects:part", args=[project.pk, "milestones"])
    sent = form_of(fin, url)
    first = {"milestones-0-name": "Renamed", "milestones-0-amount": "1", "milestones-2-amount": "5"}
    new = {"milestones-2-name": "New one", "milestones-2-due": "2031-01-01", "milestones-2-state": "planned"}
    assert fin.post(url, sent | first | new).status_code == 302
    rows = {row.name: row.amount for row in project.milestones.all()}
    assert rows == {"Renamed": 1239876, "Kestrel launch": 1239876, "New one": None}
    project.refresh_from_db()
    past_the_form = [*project.milestones.all(), Milestone(name="Past", due=TODAY(), amount=5)]
    for row in past_the_form:
        row.amount = 5
    save_project(project, actor=User.objects.get(pk=cast.fin.pk), parts={"milestones": past_the_form})
    kept = dict(project.milestones.values_list("name", "amount"))
    assert kept == {"Renamed": 1239876, "Kestrel launch": 1239876, "New one": None, "Past": None}
    assert edit_of(fin, project.url("edit"), name="By fin", budget_amount="1").status_code == 302
    project.refresh_from_db()
    assert (project.name, project.budget_amount) == ("By fin", 1239876)
    restore = reverse("projects:restore_version", args=[project.pk, 1])
    fin.post(restore, {"version": project.version, "read_version": project.version})
    assert {row.amount for row in project.milestones.all()} == {1239876, None}


def test_a_hidden_stage_takes_with_it_whatever_would_tell_it(cast: Cast) -> None:
    project = full(cast)
    hide(cast.fin, "stage")
    for surface, told in surfaces(cast.fin, project).items():
        for word in ("Preparation", ">Running", "moved the project"):
            assert word not in told, (surface, word)
    assert "moved the project" in surfaces(cast.ann, project)["timeline"]
    moved = browser_of(cast.fin).post(project.url("move"), {"stage": project_stage("Closed").pk, "version": 3})
    assert moved.status_code == 403


def test_hidden_parts_tell_neither_themselves_nor_the_health_that_follows_from_them(cast: Cast) -> None:
    project = full(cast)
    assert "1 milestone overdue" in page(cast.fin, project.get_absolute_url())
    hide(cast.fin, "milestones", "risks", "members", "client", "code")
    for surface, told in surfaces(cast.fin, project).items():
        for word in ("overdue", "Kestrel prototype", "Kestrel is late", "ACME-1"):
            assert word not in told, (surface, word)
    listed = browser_of(cast.fin).get(reverse("projects:list"), {"health": "green"}).context["list"]
    assert [row.record for row in listed.rows] == [project]


def test_ready_roles_reach_projects_as_their_work_asks(cast: Cast) -> None:
    scopes = {
        name: dict(role.grants.filter(record_type="projects.project").values_list("action", "scope"))
        for name, role in install_ready_roles().items()
    }
    assert set(scopes["Director"].values()) == {Scope.ALL}
    own = dict.fromkeys(("add", "change", "delete"), Scope.OWN)
    assert scopes["Sales manager"] == {"view": Scope.TEAM, **own}
    assert scopes["Project manager"]["change"] == Scope.TEAM_AND_BELOW
    assert scopes["Developer"] == {"view": Scope.OWN}
    assert scopes["Accountant"] == {"view": Scope.ALL}


def test_roles_of_before_reach_projects_as_far_as_deals_and_coders_what_they_work_on(cast: Cast) -> None:
    reach = {
        "seller": {("projects.deal", "view"): Scope.TEAM, ("projects.deal", "delete"): Scope.OWN},
        "coder": {("clients.client", "view"): Scope.TEAM},
        "no clients": {("contacts.contact", "view"): Scope.ALL},
        "Project manager": {("projects.deal", "view"): Scope.TEAM_AND_BELOW},
    }
    for name, grants in reach.items():
        role = Role.objects.create(name=name)
        for (record_type, action), scope in grants.items():
            Grant.objects.create(role=role, record_type=record_type, action=action, scope=scope)
    migration = import_module("projects.migrations.0008_ready_stages_and_who_may_see_projects")
    migration.let_projects_go_with_deals(apps, None)
    found = {
        name: dict(Grant.objects.filter(role__name=name, record_type="projects.project").values_list("action", "scope"))
        for name in reach
    }
    assert found["seller"] == {"view": Scope.TEAM, "delete": Scope.OWN}
    assert (found["coder"], found["no clients"]) == ({"view": Scope.OWN}, {})
    assert found["Project manager"]["change"] == Scope.TEAM_AND_BELOW
    hidden = FieldRule.objects.filter(role__name="coder").values_list("record_type", "field", "access")
    assert list(hidden) == [("projects.project", "budget_amount", "hidden")]


def test_a_client_out_of_sight_is_masked_and_stays(cast: Cast) -> None:
    his = make_client(cast.cy, "Secret client")
    share(his, action=Action.VIEW, actor=cast.cy, with_user=cast.bob)
    project = make_project(cast.bob, client=his)
    told = page(cast.ann, project.get_absolute_url())
    assert "Secret client" not in told
    assert "a client you may not see" in told
    assert "Secret client" not in page(cast.ann, reverse("projects:list"))
    assert edit_of(browser_of(cast.ann), project.url("edit"), name="Renamed").status_code == 302
    project.refresh_from_db()
    assert (project.name, project.client) == ("Renamed", his)


def test_deals_of_a_project_are_summed_within_sight(cast: Cast) -> None:
    project = full(cast)
    deal = make_deal(cast.ann, "First", amount=100, currency="EUR", client=project.client, project=project)
    make_deal(cast.cy, "Hidden", amount=7, currency="EUR", project=project)
    listed = browser_of(cast.ann).get(reverse("deals:list"), {"project": str(project.pk)}).context["list"]
    assert [row.record for row in listed.rows] == [deal]
    assert project.name in page(cast.ann, reverse("deals:export"))
    assert project.name not in page(cast.cy, reverse("deals:export"))
    told = panels(project, cast.ann)
    assert "First" in told
    assert "€100" in told
    assert "Hidden" not in told
    FieldRule.objects.create(role=cast.fin.role, record_type="projects.deal", field="amount", access="hidden")
    assert "€100" not in panels(project, cast.fin)
    FieldRule.objects.create(role=cast.fin.role, record_type="projects.deal", field="project", access="hidden")
    assert "First" not in panels(project, cast.fin)
    assert Deal.objects.get(pk=deal.pk).project == project


def test_a_notice_to_a_member_is_told_only_while_he_sees_the_project(cast: Cast) -> None:
    project = full(cast)
    work_on(project, cast.cy, actor=cast.ann)
    deliver_all()
    assert Notification.objects.filter(user=cast.cy, kind="projects.joined").exists()
    ProjectMember.objects.filter(user=cast.cy).delete()
    assert "Nightingale" not in page(cast.cy, reverse("notifications:list"))
    assert Milestone.objects.filter(project=project).count() == 2
