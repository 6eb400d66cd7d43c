"""Projects from files: what rows become, and whose rights hold."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clients.tests.factories import make_client
from crm.access.rights import FieldAccess, forget_rights
from crm.imports.models import ProblemKind
from crm.imports.registry import fields_for, target_of
from projects.models import Project
from projects.services import install_ready_project_stages
from projects.tests.importing import imported
from projects.tests.project_factories import make_project
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HEADER = ["Project code", "Project name", "Client", "Status", "Manager", "Start date", "End date", "Budget", "Hours"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    install_ready_project_stages()
    return make_cast()


def notes(run: Any, kind: str) -> list[tuple[int, str]]:
    return list(run.problems.filter(kind=kind).values_list("row", "sentence"))


def test_rows_become_projects_with_codes_of_their_own(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_project(cast.cy, "Hidden", code="ACME-7")
    rows = [
        HEADER,
        ["ACME-1", "Portal", "acme", "Running", "bob", "2026-01-10", "2026-06-30", "$12,500", "1 200,5"],
        ["", "Mail", "Acme", "Closed", "", "", "", "", ""],
        ["", "Backup", "", "", "", "", "", "", ""],
        ["acme-7", "Wiki", "", "", "", "", "", "", ""],
    ]
    run = imported(cast.ann, rows, target="projects")
    portal, mail, backup, wiki = (Project.objects.get(name=name) for name in ("Portal", "Mail", "Backup", "Wiki"))
    assert (portal.client, portal.owner, portal.stage.name, portal.code) == (acme, cast.bob, "Running", "ACME-1")
    assert (portal.planned_start, portal.planned_end) == (date(2026, 1, 10), date(2026, 6, 30))
    assert (portal.budget_amount, portal.currency, portal.budget_hours) == (Decimal(12500), "USD", Decimal("1200.5"))
    assert portal.moves.get().to_stage == portal.stage
    assert (mail.state, mail.owner, mail.stage.name) == ("closed", cast.ann, "Closed")
    codes = {project.code.upper() for project in (portal, mail, backup, wiki)}
    assert len(codes) == 4
    assert "ACME-7" not in codes
    assert portal.history.get().history_user == cast.ann
    assert run.records.count() == 4


def test_a_known_project_is_completed_within_its_days(cast: Cast) -> None:
    known = make_project(cast.ann, "Portal", code="P-1", planned_start=date(2026, 5, 1))
    rows = [HEADER, ["p-1", "Other name", "", "Closed", "", "", "2026-04-01", "", "80"]]
    run = imported(cast.ann, rows, target="projects")
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 1)
    known.refresh_from_db()
    assert (known.name, known.planned_end, known.budget_hours, known.is_open) == ("Portal", None, 80, True)
    assert notes(run, ProblemKind.NOTICE) == [(2, "Left out: the project would end before it begins.")]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["2026-05-01", "2026-04-01", "", ""], "It ends before it begins."),
        (["", "", "(5)", ""], "The amount is below zero."),
        (["", "", "", "NaN5"], "This is not a number."),
        (["", "", "", "99999999999"], "These are too many hours."),
    ],
)
def test_what_cannot_be_fails_in_its_cell(cast: Cast, cells: list[str], sentence: str) -> None:
    run = imported(cast.ann, [HEADER, ["", "Portal", "", "", "", *cells]], target="projects")
    assert notes(run, ProblemKind.FAILED) == [(2, sentence)]
    assert not Project.objects.exists()


def test_nobody_imports_what_his_role_keeps_from_him(cast: Cast) -> None:
    target = target_of("projects")
    assert target is not None
    assert {"budget_amount", "currency"} <= {field.key for field in fields_for(cast.ann, target)}
    FieldRule.objects.create(
        role=cast.ann.role, record_type="projects.project", field="budget_amount", access=FieldAccess.HIDDEN
    )
    forget_rights(cast.ann)
    assert {field.key for field in fields_for(cast.ann, target)}.isdisjoint({"budget_amount", "currency"})
    theirs = make_project(cast.cy, "Portal", code="P-1")
    imported(cast.ann, [HEADER, ["P-1", "Mine", "", "", "", "", "", "", ""]], target="projects")
    theirs.refresh_from_db()
    assert theirs.name == "Portal"
    assert Project.objects.get(name="Mine").code != "P-1"
