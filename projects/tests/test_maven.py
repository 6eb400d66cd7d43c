"""A whole sales department comes in from four files, and its figures are those of the files."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.utils import timezone

from clients.models import Client
from clients.tests.importing import worked_on
from crm.imports import services
from crm.imports.models import Import, ImportStatus, ProblemKind
from crm.imports.values_page import ValuesPage
from projects.models import Deal, Price, StageMove
from projects.services import install_ready_pipeline
from teams.models import Team
from teams.tests.factories import make_cast

DATA = project_settings.BASE_DIR.parent / "shared" / "data" / "maven_crm"
STAGES = {"Prospecting": "New inquiry", "Engaging": "Qualified"}
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the Maven set is not on this machine"),
]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def imported_file(user: Any, name: str, target: str, told: Mapping[str, str] | None = None) -> Import:
    """With the columns as proposed; suggestions confirmed, `told` tells what other values are, the rest is added."""
    run = services.upload_file(_upload(name), actor=user)
    assert worked_on(run).status == ImportStatus.MAPPING, run.failure
    assert run.sheets.get().target == target
    services.begin_check(run)
    if worked_on(run).status == ImportStatus.MATCHING:
        _decide(run, told or {})
        services.begin_check(run)
        worked_on(run)
    assert run.status == ImportStatus.CHECKED, run.failure
    services.begin_run(run)
    assert worked_on(run).status == ImportStatus.DONE, run.failure
    return run


def _upload(name: str) -> Any:
    return SimpleUploadedFile(name, (DATA / name).read_bytes())


def _decide(run: Import, told: Mapping[str, str]) -> None:
    page = ValuesPage(run)
    for one in page.fields:
        for row in one.rows:
            value, name = row.value, told.get(row.value.text, "")
            if name:
                option = one.options.search(name)[0]
                value.choice, value.chosen, value.chosen_label = "use", option.key, option.label
            elif not value.suggested:
                value.choice = "create"
    page.use_suggestions()
    assert page.is_valid()
    page.decide()


def sums(rows: list[dict[str, str]], *columns: str) -> dict[tuple[str, ...], tuple[int, Decimal]]:
    """How many rows there are for each combination of these columns, and what they are worth together."""
    found: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for row in rows:
        found[tuple(row[column] for column in columns)].append(Decimal(row["close_value"] or 0))
    return {key: (len(values), sum(values, Decimal(0))) for key, values in found.items()}


def stored(*fields: str) -> dict[tuple[str, ...], tuple[int, Decimal]]:
    found = Deal.objects.values_list(*fields).annotate(n=Count("pk"), worth=Sum("amount")).order_by()
    return {tuple(str(part or "") for part in key): (n, worth or Decimal(0)) for *key, n, worth in found}


def assert_same_figures(rows: list[dict[str, str]]) -> None:
    """Stage by stage, agent by agent, client by client, product by product and month by month."""
    staged = [{**row, "deal_stage": STAGES.get(row["deal_stage"], row["deal_stage"])} for row in rows]
    assert stored("stage__name") == sums(staged, "deal_stage")
    by_agent = {
        (f"{first} {last}", stage): figures
        for (first, last, stage), figures in stored("owner__first_name", "owner__last_name", "stage__name").items()
    }
    assert by_agent == sums(staged, "sales_agent", "deal_stage")
    assert stored("client__name") == sums(rows, "account")
    products = [{**row, "product": row["product"].replace("GTXPro", "GTX Pro")} for row in rows]
    assert stored("lines__product__name") == sums(products, "product")
    months: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for closed, state, amount in Deal.objects.exclude(closed_at=None).values_list("closed_at", "state", "amount"):
        months[(f"{timezone.localtime(closed):%Y-%m}", state.capitalize())].append(amount)
    closed_rows = [{**row, "month": row["close_date"][:7]} for row in rows if row["close_date"]]
    assert {key: (len(values), sum(values)) for key, values in months.items()} == sums(
        closed_rows, "month", "deal_stage"
    )


def assert_same_way(rows: list[dict[str, str]]) -> None:
    """Each deal begins on its day and, closed, ends on its day."""
    ends = {}
    for external_id, began, ended in StageMove.objects.values_list("deal__external_id", "from_stage", "at"):
        ends.setdefault(external_id, {})["end" if began else "start"] = timezone.localdate(ended).isoformat()
    dated = [row for row in rows if row["engage_date"]]
    assert len(ends) == len(rows)
    for row in dated:
        assert ends[row["opportunity_id"]]["start"] == row["engage_date"]
        assert ends[row["opportunity_id"]].get("end", "") == row["close_date"]
    assert StageMove.objects.count() == len(rows) + sum(bool(row["close_date"]) for row in rows)


def test_maven_set_comes_in_whole_and_its_figures_are_those_of_the_files() -> None:
    install_ready_pipeline()
    dana = make_cast().dana
    imported_file(dana, "accounts.csv", "clients")
    imported_file(dana, "products.csv", "products")
    imported_file(dana, "sales_teams.csv", "people")
    run = imported_file(dana, "sales_pipeline.csv", "deals", STAGES)

    rows = rows_of("sales_pipeline.csv")
    assert Client.objects.count() == len(rows_of("accounts.csv")) == 85
    assert dict(Price.objects.values_list("product__name", "amount")) == {
        row["product"]: Decimal(row["sales_price"]) for row in rows_of("products.csv")
    }
    offices: dict[str, set[str]] = defaultdict(set)
    for row in rows_of("sales_teams.csv"):
        offices[row["regional_office"]] |= {row["sales_agent"], row["manager"]}
    people = Team.objects.filter(name__in=offices).annotate(n=Count("memberships")).values_list("name", "n")
    assert dict(people) == {office: len(names) for office, names in offices.items()}
    sheet = run.sheets.get()
    assert (sheet.created, sheet.failed, sheet.skipped, sheet.matched, sheet.folded) == (8800, 0, 0, 0, 0)
    # The only value that had to be confirmed is the one that is written differently.
    assert set(run.values.filter(field="product").values_list("text", "chosen_label")) == {("GTXPro", "GTX Pro")}
    assert_same_figures(rows)
    assert_same_way(rows)
    blank = [number for number, row in enumerate(rows, start=2) if not row["account"]]
    told = run.problems.filter(kind=ProblemKind.NOTICE).order_by("row").values_list("row", flat=True)
    assert (list(told), Deal.objects.filter(client=None).count()) == (blank, 1425)
