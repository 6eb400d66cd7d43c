"""Deals from files: what rows become, what their values refer to, and whose rights hold."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clients.tests.factories import make_client
from clients.tests.importing import read_in, worked_on
from contacts.tests.factories import make_contact
from crm.access.rights import Action, FieldAccess, forget_rights
from crm.imports import services
from crm.imports.models import ImportStatus, ProblemKind
from crm.imports.registry import fields_for, target_of, targets_for
from projects.models import Deal, Pipeline, PriceList, Stage, StageKind
from projects.services import install_ready_pipeline
from projects.tests.factories import make_deal, make_product, stage
from projects.tests.importing import HEADER, checked, imported
from teams.models import FieldRule, Grant
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    install_ready_pipeline()
    return make_cast()


def imported_as(user: Any, target: str, rows: Any, **options: Any) -> Any:
    run = read_in(user, rows, **options)
    assert run.sheets.get().target == target
    services.begin_check(run)
    assert worked_on(run).status == ImportStatus.CHECKED, run.failure
    services.begin_run(run)
    return worked_on(run)


def notes(run: Any) -> list[tuple[int, str, str, str]]:
    return list(run.problems.values_list("row", "kind", "value", "sentence"))


def test_rows_become_deals_with_the_way_that_they_went(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    rows = [
        HEADER,
        ["1", "Portal", "acme", "Won", "$1,054", "2024-01-10", "2024-03-01", "bob"],
        ["2", "Mail", "Acme", "Proposal", "1 054,50 €", "2024-01-11", "2030-05-01", ""],
        ["3", "Backup", "", "Lost", "", "2024-01-12", "2024-01-12", "Ann"],
    ]
    run = imported(cast.ann, rows)
    won, still_open, lost = Deal.objects.order_by("external_id")
    assert (won.client, won.owner, won.team) == (acme, cast.bob, cast.bob.teams.get())
    assert (won.amount, won.currency, won.state) == (Decimal("1054.00"), "USD", StageKind.WON)
    assert [timezone.localdate(moment) for moment in (won.created_at, won.closed_at, won.stage_since)] == [
        date(2024, 1, 10),
        date(2024, 3, 1),
        date(2024, 3, 1),
    ]
    first, last = won.moves.all()
    assert (first.from_stage, first.to_stage.name, timezone.localdate(first.at)) == (
        None,
        "New inquiry",
        date(2024, 1, 10),
    )
    assert (last.from_stage, last.to_stage.name, last.seconds) == (first.to_stage, "Won", 51 * 86400)
    assert (still_open.amount, still_open.currency, still_open.closed_at) == (Decimal("1054.50"), "EUR", None)
    # The closing day of an open deal is a hope.
    assert (still_open.expected_close, still_open.moves.get().to_stage.name) == (date(2030, 5, 1), "Proposal")
    assert (lost.client, lost.owner, lost.amount, lost.moves.count()) == (None, cast.ann, None, 2)
    assert notes(run) == [(4, ProblemKind.NOTICE, "", "There is no client: the deal is without one.")]
    assert run.sheets.get().failed == 0
    version = won.history.get()
    assert (version.history_user, version.history_type) == (cast.ann, "+")
    assert run.records.count() == 3


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        (["Won", "(100)", "", ""], "E2", "below zero"),
        (["Won", "1e30", "", ""], "E2", "not an amount"),
        (["Won", "9999999999999", "", ""], "E2", "too large"),
        (["Won", "1.054", "", ""], "E2", "two ways"),
        (["Won", "5", "2024-02-01", "2024-01-01"], "G2", "before it began"),
        (["Lost", "5", "2024-02-01", "2999-01-01"], "G2", "in the future"),
    ],
)
def test_what_cannot_be_fails_in_its_cell(cast: Cast, cells: list[str], column: str, sentence: str) -> None:
    run = imported(cast.ann, [HEADER, ["1", "Portal", "", *cells, ""], ["2", "Mail", "", "Won", "NaN", "", "", ""]])
    failure = run.problems.get(kind=ProblemKind.FAILED)
    assert (failure.cell, sentence in failure.sentence) == (column, True), failure.sentence
    # A word for nothing is nothing, and one bad row takes no other with it.
    assert Deal.objects.get().amount is None


def test_deal_is_known_by_its_id_or_by_title_and_client_and_never_moved(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    known = make_deal(cast.ann, "Portal", client=acme, external_id="x-1", currency="USD")
    hidden = make_deal(cast.cy, "Portal", external_id="x-1")
    rows = [HEADER, ["x-1", "Other", "Acme", "Won", "5 €", "2024-01-01", "2024-01-02", ""]]
    rows += [["x-1", "Again", "", "Won", "", "", "", ""]]
    run = imported(cast.ann, rows)
    sheet = run.sheets.get()
    assert (sheet.created, sheet.matched, sheet.folded) == (0, 1, 1)
    known.refresh_from_db()
    assert (known.name, known.amount, known.currency, known.state) == ("Portal", 5, "EUR", StageKind.OPEN)
    assert "stays in its stage" in run.problems.get(kind=ProblemKind.NOTICE, row=2).sentence
    hidden.refresh_from_db()
    assert hidden.amount is None
    again = [["Deal name", "Client", "Stage"], ["Mail", "Acme", "Proposal"], ["Portal", "", "Proposal"]]
    run = imported(cast.ann, again, identities={"deals": "title_and_client"})
    assert (run.sheets.get().created, run.sheets.get().matched) == (2, 0)
    run = imported(cast.ann, [again[0], ["Portal", "Acme", ""]], identities={"deals": "title_and_client"})
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 1)


def test_a_client_out_of_sight_is_not_replaced(cast: Cast) -> None:
    hers, mine = make_client(cast.ann, "Hers"), make_client(cast.cy, "Mine")
    deal = make_deal(cast.cy, "Portal", external_id="x-1", next_step="Wait")
    rows = [["Deal ID", "Deal name", "Client", "Next step"], ["x-1", "Portal", "Mine", "Call"]]
    for client, expected in ((hers, hers), (None, mine)):
        Deal.objects.filter(pk=deal.pk).update(client=client)
        run = imported(cast.cy, rows, is_overwriting=True)
        assert run.sheets.get().matched == 1
        deal.refresh_from_db()
        assert (deal.client, deal.next_step) == (expected, "Call")


def test_title_is_made_and_contact_found_by_e_mail(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    olha = make_contact(cast.ann, "Olha", at=acme, emails=("olha@acme.example",))
    make_product(cast.ann, "GTX Pro", code="gtx")
    rows = [["Product", "Account", "Contact", "Deal stage"], ["GTX", "Acme", "Olha@acme.example", "closed won"]]
    imported(cast.ann, rows)
    deal = Deal.objects.get()
    assert (deal.name, deal.state, deal.contacts.get().contact) == ("GTX Pro – Acme", StageKind.WON, olha)


def test_product_makes_a_line_that_costs_what_the_deal_is_worth(cast: Cast) -> None:
    gtx, mail = make_product(cast.ann, "GTX", unit="licence"), make_product(cast.ann, "Mail")
    known = make_deal(cast.ann, "Known", external_id="9")
    header = ["Deal ID", "Deal", "Product", "Amount", "Currency"]
    rows = [["1", "A", "gtx", "10.50", "EUR"], ["1", "A", "Mail", "4", "EUR"], ["2", "B", "GTX", "", ""]]
    imported(cast.ann, [header, *rows, ["9", "Known", "GTX", "7", "EUR"]])
    first, second = Deal.objects.exclude(pk=known.pk).order_by("name")
    assert (first.amount, second.amount) == (Decimal("14.50"), 0)
    assert list(first.lines.values_list("product", "title", "quantity", "unit", "unit_price")) == [
        (gtx.pk, "GTX", 1, "licence", Decimal("10.50")),
        (mail.pk, "Mail", 1, "hour", 4),
    ]
    assert [line["title"] for line in first.history.get().parts["lines"]] == ["GTX", "Mail"]
    known.refresh_from_db()
    assert (known.amount, known.lines.count()) == (7, 0)
    # A deal that has lines is worth what they are worth, whatever a file says.
    imported(cast.ann, [header, ["1", "A", "", "99", "EUR"]], is_overwriting=True)
    first.refresh_from_db()
    assert first.amount == Decimal("14.50")


def test_products_come_with_their_prices(cast: Cast) -> None:
    known = make_product(cast.ann, "MG")
    header = ["Product", "SKU", "Series", "Sales price"]
    run = imported_as(cast.ann, "products", [header, ["GTX", "g-1", "GTX", "$550"], ["mg", "", "MG", "55"]])
    assert (run.sheets.get().created, run.sheets.get().matched, run.sheets.get().failed) == (1, 1, 0)
    run = imported_as(cast.ann, "products", [header, ["MG", "", "Magic", "56"], ["Other", "g-1", "", "1,5"]])
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 2)
    known.refresh_from_db()
    assert known.category == "MG"
    prices = PriceList.objects.get().prices.order_by("product__name").values_list("product__name", "amount")
    assert list(prices) == [("GTX", 550), ("MG", 55)]
    assert PriceList.objects.get().currency == "USD"
    assert PriceList.objects.get().history.count() == 2, "a price that is there already stays"
    imported_as(cast.ann, "products", [header, ["MG", "", "", "57"]], is_overwriting=True)
    assert known.prices.get().amount == 57
    # Who must not see amounts sees no prices, and writes none.
    for role in (cast.fin.role,):
        FieldRule.objects.create(role=role, record_type="projects.deal", field="amount", access=FieldAccess.HIDDEN)
    forget_rights(cast.fin)
    target: Any = target_of("products")
    assert "price" not in {field.key for field in fields_for(cast.fin, target)}
    assert "price" in {field.key for field in fields_for(cast.ann, target)}
    assert "product" not in {field.key for field in fields_for(cast.fin, target_of("deals"))}  # type: ignore[arg-type]


def test_bare_id_makes_no_list_of_deals(cast: Cast) -> None:
    assert read_in(cast.ann, [["Id", "Stage"], ["1", "Won"]]).sheets.get().target == ""
    assert read_in(cast.ann, [["Id", "Stage", "Deal"], ["1", "Won", "A"]]).sheets.get().target == "deals"
    assert read_in(cast.ann, [["Id", "Name", "Address"], ["1", "Acme", "Kyiv"]]).sheets.get().target == "clients"


def test_stage_is_looked_for_in_the_chosen_pipeline(cast: Cast) -> None:
    partners = Pipeline.objects.create(name="Partners", position=5)
    for position, (name, kind) in enumerate((("Talks", "open"), ("Won", "won"), ("Lost", "lost"))):
        Stage.objects.create(pipeline=partners, name=name, kind=kind, position=position)
    rows = [["Deal", "Stage"], ["A", "Won"], ["B", "Talks"]]
    imported(cast.ann, rows, choices={"deals": {"pipeline": str(partners.pk)}})
    assert set(Deal.objects.values_list("stage__pipeline", flat=True)) == {partners.pk}
    rows = [["Deal", "Stage", "Pipeline"], ["C", "Won", "Sales"], ["D", "Talks", "Sales"], ["E", "", "Partners"]]
    run = imported(cast.ann, rows)
    assert Deal.objects.get(name="C").stage == stage("Won")
    assert Deal.objects.get(name="E").stage.name == "Talks"
    assert "has no stage" in run.problems.get(row=3).sentence


def test_what_a_role_closes_is_not_imported(cast: Cast) -> None:
    role = cast.fin.role
    target: Any = target_of("deals")

    def offered() -> set[str]:
        forget_rights(cast.fin)
        return {field.key for field in fields_for(cast.fin, target)}

    assert {"amount", "stage", "closed", "contact", "owner"} <= offered()
    for name in ("amount", "stage", "contacts", "owner"):
        FieldRule.objects.create(role=role, record_type="projects.deal", field=name, access=FieldAccess.HIDDEN)
    assert not {"amount", "stage", "closed", "began", "pipeline", "contact", "owner"} & offered()
    run = read_in(cast.fin, [HEADER, ["1", "Portal", "", "Won", "100", "2024-01-01", "2024-01-02", "bob"]])
    sheet = run.sheets.get()
    # A forged choice of columns changes nothing.
    sheet.mapping = {"0": "external_id", "1": "name", "3": "stage", "4": "amount", "6": "closed", "7": "owner"}
    sheet.save()
    services.begin_check(run)
    assert worked_on(run).status == ImportStatus.CHECKED
    services.begin_run(run)
    worked_on(run)
    deal = Deal.objects.get()
    assert (deal.amount, deal.stage.name, deal.closed_at, deal.owner) == (None, "New inquiry", None, cast.fin)
    assert deal.moves.count() == 1


def test_nobody_is_made_an_owner_by_who_may_not_assign(cast: Cast) -> None:
    rows = [["Deal", "Owner"], ["A", "ann"], ["B", "bob"], ["C", "cy"]]
    run = checked(cast.ann, rows)
    # A stranger is as unknown as somebody who does not exist.
    assert [(value.text, value.suggested) for value in run.values.all()] == [("cy", "")]
    Grant.objects.filter(role=cast.ann.role, record_type="projects.deal", action=Action.ASSIGN).delete()
    run = checked(cast.ann, rows)
    assert sorted(run.values.values_list("text", flat=True)) == ["bob", "cy"]
    Grant.objects.filter(role=cast.ann.role, record_type="projects.deal", action=Action.ADD).delete()
    forget_rights(cast.ann)
    assert "deals" not in {target.key for target in targets_for(cast.ann)}
