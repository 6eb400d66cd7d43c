"""The list of projects, its filters, sorts and export, and the pages of one project."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import Action
from crm.access.shares import share
from crm.pages.testing import browser_of, edit_of, form_of
from projects.models import Project, ProjectMember
from projects.services import move_project
from projects.tests.project_factories import make_full_project, make_project, project_stage
from teams.models import Grant, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("projects:list"), reverse("projects:new")
HOSTILE = ["\0", "x" * 10_000, "9" * 5000, "-1", "99999-12-31", "' OR 1=1 --", "%_\\"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def listed(user: Any, **parameters: Any) -> Any:
    response = browser_of(user).get(LIST, parameters)
    assert response.status_code == 200
    return response.context["list"]


def names(user: Any, **parameters: Any) -> list[str]:
    return [row.record.name for row in listed(user, **parameters).rows]


def test_the_list_is_narrowed_and_holds_what_is_in_sight(cast: Cast) -> None:
    acme, today = make_client(cast.ann, "Acme"), timezone.localdate()
    make_project(cast.ann, "Annas", client=acme, kind="time", planned_end=today)
    bobs = make_project(cast.bob, "Bobs", parts={"members": [ProjectMember(user=cast.fin)]})
    make_project(cast.cy, "Cys")
    move_project(bobs, project_stage("Closed"), actor=cast.bob)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["Annas", "Bobs"]),
        ({"state": "closed"}, ["Bobs"]),
        ({"stage": project_stage("Preparation").pk}, ["Annas"]),
        ({"kind": "time"}, ["Annas"]),
        ({"client": str(acme.pk)}, ["Annas"]),
        ({"owner": cast.bob.pk}, ["Bobs"]),
        ({"member": cast.fin.pk}, ["Bobs"]),
        ({"health": "green"}, ["Annas", "Bobs"]),
        ({"end_to": today.isoformat()}, ["Annas"]),
        ({"q": "ACME-1"}, ["Annas"]),
    ]
    for filters, expected in cases:
        assert sorted(names(cast.ann, **filters)) == expected, filters
    assert (names(cast.cy), sorted(names(cast.dana))) == (["Cys"], ["Annas", "Bobs", "Cys"])
    for name in ("stage", "health", "client", "member", "end_from", "sort", "page"):
        for value in HOSTILE:
            assert browser_of(cast.ann).get(LIST, {name: value}).status_code == 200, (name, value)


@pytest.mark.parametrize("sort", ["end", "-end"])
def test_the_sort_by_the_planned_end_is_carried_by_an_index(cast: Cast, sort: str) -> None:
    for number in (3, None, 1):
        end = None if number is None else date(2031, 1, number)
        make_project(cast.ann, f"P{number}", planned_end=end)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as queries:
            found = names(cast.dana, sort=sort)
        statement = next(each["sql"] for each in queries if "ORDER BY COALESCE" in each["sql"])
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert found == (["P1", "P3", "PNone"] if sort == "end" else ["PNone", "P3", "P1"])
    assert "project_end" in plan, plan
    assert "Sort" not in plan, plan


def test_the_export_holds_every_field_in_sight(cast: Cast) -> None:
    person, hidden = make_contact(cast.ann, "Kovalenko"), make_client(cast.cy, "Secret client")
    make_full_project(cast.ann, "Full", client=make_client(cast.ann, "Acme"), contact=person)
    share(hidden, action=Action.VIEW, actor=cast.cy, with_user=cast.bob)
    make_project(cast.bob, "Bare", client=hidden)
    response = browser_of(cast.ann).get(reverse("projects:export"))
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = {row["Title"]: row for row in csv.DictReader(io.StringIO(content, newline=""))}
    full = rows["Full"]
    assert (full["Client"], full["Code"], full["Contacts"]) == ("Acme", "ACME-1", "Kovalenko (Signs)")
    assert (full["Health"], full["Budget"], full["Currency"]) == ("At risk", "1239876.00", "EUR")
    assert "1 milestone overdue" in full["Computed from"]
    assert (rows["Bare"]["Client"], "Secret client" in content) == ("", False)


def test_a_project_is_added_changed_in_place_and_by_parts(cast: Cast) -> None:
    acme, ann = make_client(cast.ann, "Acme"), browser_of(cast.ann)
    sent = form_of(ann, f"{NEW}?client={acme.pk}") | {"name": "Rollout", "budget_amount": "100"}
    assert ann.post(f"{NEW}?client={acme.pk}", sent).status_code == 302
    assert ann.post(f"{NEW}?client={acme.pk}", sent, follow=True).status_code == 200
    project = Project.objects.get()
    assert (project.client, project.code, project.owner, project.budget_amount) == (acme, "ACME-1", cast.ann, 100)
    field = reverse("projects:field", args=[project.pk, "planned_end"])
    assert ann.post(field, {"planned_end": "2031-02-03", "read_version": 1}).status_code == 302
    for part, row, shown in (
        ("members", {"user": cast.bob.pk, "role": "tester", "allocation": "30"}, "Tester"),
        ("milestones", {"name": "Launch", "due": "2031-01-02", "state": "planned"}, "Launch"),
        ("risks", {"text": "Rain", "probability": "high", "impact": "low"}, "High × Low"),
        ("links", {"kind": "chat", "url": "https://chat.example"}, "https://chat.example"),
        ("rates", {"role": "lead", "hourly_rate": "60", "currency": "EUR"}, "€60 an hour"),
    ):
        url = reverse("projects:part", args=[project.pk, part])
        cells = {f"{part}-0-{name}": value for name, value in row.items()}
        assert ann.post(url, form_of(ann, url) | cells).status_code == 302, part
        assert shown in ann.get(project.get_absolute_url()).content.decode(), part
        assert browser_of(cast.cy).post(url, cells).status_code == 404


def test_hostile_input_is_refused_without_an_error(cast: Cast) -> None:
    project, ann = make_project(cast.ann), browser_of(cast.ann)
    for changes in (
        {"name": "a\x00b"},
        {"planned_start": "2031-01-02", "planned_end": "2031-01-01"},
        {"budget_amount": "-1"},
        {"budget_hours": "NaN"},
        {"code": "x" * 31},
        {"client": str(make_client(cast.cy).pk)},
    ):
        assert edit_of(ann, project.url("edit"), **changes).status_code == 422, changes
    links = reverse("projects:part", args=[project.pk, "links"])
    for address in ("javascript:alert(1)", "ftp://example.com", "data:text/html,x", "//example.com"):
        assert edit_of(ann, links, **{"links-0-url": address, "links-0-label": "x"}).status_code == 422, address
    for stage in ("0", "x", "", "9" * 30, "\0"):
        assert ann.post(project.url("move"), {"stage": stage, "version": 1}).status_code == 404
    assert ann.get(reverse("projects:part", args=[project.pk, "contacts"])).status_code == 404


def test_the_second_of_two_editors_of_a_part_sees_both_edits(cast: Cast) -> None:
    project = make_full_project(cast.ann, "Full", client=None)
    url = reverse("projects:part", args=[project.pk, "milestones"])
    ann, bob = browser_of(cast.ann), browser_of(cast.bob)
    late = form_of(bob, url) | {"milestones-0-name": "By bob"}
    assert edit_of(ann, url, **{"milestones-0-name": "By ann"}).status_code == 302
    conflict = bob.post(url, late)
    assert conflict.status_code == 409
    assert "By ann" in conflict.content.decode()
    assert set(project.milestones.values_list("name", flat=True)) == {"By ann", "Kestrel launch"}


def test_stages_are_kept_by_those_who_keep_the_company(cast: Cast) -> None:
    add = reverse("admin:projects_projectstage_add")
    User.objects.filter(pk=cast.ann.pk).update(is_staff=True)
    assert browser_of(cast.ann).get(add).status_code == 403
    Grant.objects.create(role=cast.ann.role, record_type="teams.company", action="change", scope=4)
    ann = browser_of(cast.ann)
    assert ann.post(add, {"name": "Pilot", "position": 9, "kind": "open"}).status_code == 302
    project = make_project(cast.ann, stage=project_stage("Pilot"))
    change = reverse("admin:projects_projectstage_change", args=[project.stage_id])
    refused = ann.post(change, {"name": "Pilot", "position": 9, "kind": "closed"})
    assert "Projects stand in this stage" in refused.content.decode()
    assert ann.post(change, {"name": "Trial", "position": 9, "kind": "open"}).status_code == 302
    created = browser_of(cast.dana).post(
        reverse("admin:projects_project_add"),
        {"name": "By dana", "kind": "fixed", "currency": "UAH", "owner": cast.ann.pk},
    )
    assert created.status_code == 302
    assert Project.objects.get(name="By dana").history.get().history_user == cast.dana
