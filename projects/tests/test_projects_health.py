"""The health of a project: what it is computed from, the manager's word above it, and the filter that agrees."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import forget_rights
from crm.pages.testing import browser_of, edit_of
from projects import health_reading
from projects.health import Standing, health_of
from projects.health_reading import health_by_project
from projects.models import Milestone, Project, Risk
from projects.services import move_project
from projects.tests.project_factories import make_project, project_stage
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

TODAY = date(2030, 6, 15)


def days(*numbers: int) -> list[date]:
    return [TODAY + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("told", "level", "reasons"),
    [
        ({}, "green", []),
        ({"due_days": days(0, 5)}, "green", []),
        ({"due_days": days(-1, 5)}, "amber", ["1 milestone overdue"]),
        ({"due_days": days(-1, -9)}, "red", ["2 milestones overdue"]),
        ({"planned_end": days(-1)[0]}, "red", ["The planned end has passed"]),
        ({"planned_end": days(0)[0]}, "green", []),
        (
            {"planned_end": days(5)[0], "due_days": days(1, 2, 3)},
            "amber",
            ["Ends in 5 days with 3 open milestones"],
        ),
        ({"planned_end": days(15)[0], "due_days": days(1)}, "green", []),
        ({"open_risks": [("high", "high"), ("low", "high")]}, "red", ["1 risk open: high × high"]),
        ({"open_risks": [("medium", "high"), ("medium", "medium")]}, "amber", ["1 risk open: high × medium"]),
        ({"hours": (Decimal(79), Decimal(100))}, "green", []),
        ({"hours": (Decimal(80), Decimal(100))}, "amber", ["80% of the hours are spent"]),
        ({"hours": (Decimal(101), Decimal(100))}, "red", ["More hours than planned: 101%"]),
        ({"is_open": False, "planned_end": days(-9)[0], "due_days": days(-1, -2)}, "green", []),
    ],
)
def test_health_is_the_worst_of_what_is_known_and_says_why(
    told: dict[str, Any], level: str, reasons: list[str]
) -> None:
    health = health_of(Standing(today=TODAY, **told))
    assert (health.level, list(health.reasons), health.shown, health.differs) == (level, reasons, level, False)


def test_the_managers_word_stands_above_what_is_computed() -> None:
    health = health_of(Standing(today=TODAY, due_days=days(-1)), word="green")
    assert (health.level, health.shown, health.tint, health.differs) == ("amber", "green", "green", True)
    assert list(health.reasons) == ["1 milestone overdue"]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def some_project(draw: random.Random, cast: Cast, number: int) -> Project:
    today, levels = timezone.localdate(), ("low", "medium", "high")
    milestones = [
        Milestone(
            name="M",
            due=today + timedelta(days=draw.choice((-5, -1, 0, 1, 9))),
            state=draw.choice(("planned", "reached")),
        )
        for _each in range(draw.choice((0, 1, 2, 3)))
    ]
    risks = [
        Risk(text="R", probability=draw.choice(levels), impact=draw.choice(levels), is_closed=draw.random() < 0.3)
        for _each in range(draw.choice((0, 0, 1, 2)))
    ]
    end = draw.choice((None, -1, 0, 5, 14, 15, 90))
    return make_project(
        cast.ann,
        f"P{number}",
        planned_end=None if end is None else today + timedelta(days=end),
        health_word=draw.choice(("", "", "", "green", "amber", "red")),
        stage=project_stage(draw.choice(("Running", "Running", "Closed"))),
        parts={"milestones": milestones, "risks": risks},
    )


@pytest.mark.parametrize("hidden", [(), ("milestones",), ("risks", "health_word"), ("planned_end",), ("stage",)])
def test_the_filter_finds_the_projects_that_are_shown_in_its_colour(cast: Cast, hidden: tuple[str, ...]) -> None:
    draw = random.Random(7)  # noqa: S311
    for number in range(40):
        some_project(draw, cast, number)
    for field in hidden:
        FieldRule.objects.create(role=cast.fin.role, record_type="projects.project", field=field, access="hidden")
    forget_rights(cast.fin)
    shown = health_by_project(list(Project.objects.all()), cast.fin)
    colours = {health.shown.value for health in shown.values()}
    assert colours == {"green", "amber", "red"}
    for level in colours:
        listed = browser_of(cast.fin).get(reverse("projects:list"), {"health": level, "rows": "50"}).context["list"]
        assert {row.record.pk for row in listed.rows} == {pk for pk, one in shown.items() if one.shown == level}, level


def test_the_manager_says_his_word_and_takes_it_back(cast: Cast) -> None:
    project = make_project(cast.ann, planned_end=timezone.localdate() - timedelta(days=1))
    ann, url = browser_of(cast.ann), project.url("health")
    assert edit_of(ann, url, health_word="green", health_note="The client agreed").status_code == 302
    card = ann.get(project.get_absolute_url()).content.decode()
    for text in ("On track", "The client agreed", "computed", "In trouble", "The planned end has passed"):
        assert text in card
    project.refresh_from_db()
    assert project.health_at is not None
    assert edit_of(ann, url, health_word="", health_note="left over").status_code == 302
    project.refresh_from_db()
    assert (project.health_word, project.health_note, project.health_at) == ("", "", None)
    FieldRule.objects.create(
        role=cast.fin.role, record_type="projects.project", field="health_word", access="read_only"
    )
    assert browser_of(cast.fin).get(url).status_code == 403
    assert browser_of(cast.cy).get(url).status_code == 404


def test_hours_of_an_app_above_count(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(cast.ann, budget_hours=Decimal(10))
    assert health_by_project([project], cast.ann)[project.pk].level == "green"
    monkeypatch.setattr(health_reading, "_hours", [lambda _key: Value(Decimal(11))])
    assert health_by_project([project], cast.ann)[project.pk].level == "red"
    move_project(project, project_stage("Closed"), actor=cast.ann)
    assert health_by_project([project], cast.ann)[project.pk].level == "green"
