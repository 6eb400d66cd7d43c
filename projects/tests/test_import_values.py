"""Values of a file that are called like nothing here: asked about, never guessed, and no oracle."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from clients.tests.importing import as_csv, worked_on
from crm.imports import gathering, services
from crm.imports.models import Import, ImportStatus, ProblemKind, RememberedMapping
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from projects.models import Deal
from projects.services import install_ready_pipeline
from projects.tests.importing import checked, decided, imported
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HEADER = ["Deal", "Account", "Stage"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    install_ready_pipeline()
    return make_cast()


@pytest.fixture
def at_once(monkeypatch: Any) -> None:
    """A worker that is always there."""
    monkeypatch.setattr("crm.imports.views.announce", lambda run: bool(worked_on(run)))


def clients_of_deals() -> dict[str, str | None]:
    return dict(Deal.objects.order_by("name").values_list("name", "client__name"))


@pytest.mark.usefixtures("at_once")
def test_importer_decides_what_values_are_and_the_next_file_remembers(cast: Cast) -> None:
    gtx, other = make_client(cast.ann, "GTX Pro"), make_client(cast.ann, "Isdom")
    rows = [HEADER, ["A", "GTXPro", "Won"], ["B", "GTXPro", "Won"], ["C", "isdom", "Won"], ["D", "Nobody", "Won"]]
    rows += [["E", "Nowhere", "Won"], ["F", "gtx  pro", "Lost"], ["G", "Also Isdom", "Proposal"]]
    run = checked(cast.ann, rows)
    assert run.status == ImportStatus.MATCHING
    found = {value.text: (value.rows, value.suggested, value.choice) for value in run.values.all()}
    assert found["GTXPro"] == (2, str(gtx.pk), "")
    assert found["Nobody"] == (1, "", "")
    assert set(found) == {"GTXPro", "Nobody", "Nowhere", "Also Isdom"}, "what is called just so is not asked about"
    page = browser_of(cast.ann).get(run.get_absolute_url(), follow=True)
    assert_strict_html(page.content.decode())
    assert "2 rows name something that is here" in page.content.decode()

    # Nothing is used before it is confirmed.
    refused = decided(run, {"Nobody": ("empty", "")})
    assert (refused.status_code, run.status) == (422, ImportStatus.MATCHING)
    confirmed = decided(run, {"Nowhere": ("skip", "")}, **{"use-suggestions": "1"})
    assert confirmed.status_code == 302
    assert run.values.get(text="GTXPro").choice == "use"
    assert not run.values.filter(is_decided=True).exists()
    choices = {"GTXPro": ("use", str(gtx.pk)), "Nobody": ("empty", ""), "Nowhere": ("skip", "")}
    decided(run, {**choices, "Also Isdom": ("use", str(other.pk))})
    assert run.status == ImportStatus.CHECKED
    services.begin_run(run)
    worked_on(run)
    known = {"A": "GTX Pro", "B": "GTX Pro", "C": "Isdom", "D": None, "F": "GTX Pro", "G": "Isdom"}
    assert clients_of_deals() == known
    sheet = run.sheets.get()
    assert (sheet.created, sheet.skipped, sheet.failed) == (6, 1, 0)
    told = {(note.row, note.kind) for note in run.problems.all()}
    assert told == {(5, ProblemKind.LEFT_OUT), (6, ProblemKind.SKIPPED)}


@pytest.mark.usefixtures("at_once")
def test_next_file_of_the_kind_begins_with_the_same_choices(cast: Cast) -> None:
    gtx = make_client(cast.ann, "GTX Pro")
    rows = [HEADER, ["A", "GTXPro", "Won"], ["D", "Nobody", "Won"], ["E", "Nowhere", "Won"]]
    choices = {"GTXPro": ("use", str(gtx.pk)), "Nobody": ("empty", ""), "Nowhere": ("skip", "")}
    run = checked(cast.ann, rows)
    decided(run, choices)
    services.begin_run(run)
    worked_on(run)
    answer = browser_of(cast.ann).get(reverse("imports:failed_rows", args=[run.pk]))
    upload = SimpleUploadedFile("mended.xlsx", b"".join(answer.streaming_content))
    mended = worked_on(services.upload_file(upload, actor=cast.ann))
    services.begin_check(mended)
    worked_on(mended)
    assert {value.text: value.choice for value in mended.values.all()} == {"Nobody": "empty", "Nowhere": "skip"}
    # The same once more: proposed as last time, and still asked.
    again = checked(cast.ann, rows)
    assert again.status == ImportStatus.MATCHING
    assert {value.text: value.choice for value in again.values.all()} == {
        "GTXPro": "use",
        "Nobody": "empty",
        "Nowhere": "skip",
    }
    # A colleague's memory is his own.
    bobs = checked(cast.bob, rows)
    assert not bobs.values.exclude(choice="").exists()


def test_value_of_an_invisible_record_is_unmatched_like_any_other(cast: Cast) -> None:
    secret, mine = make_client(cast.cy, "Kestrel"), make_client(cast.ann, "Kestral")
    rows = [HEADER, ["A", "Kestrel", "Won"], ["B", "Vorskla", "Won"]]
    run = checked(cast.ann, rows)
    kestrel = run.values.get(text="Kestrel")
    assert (kestrel.suggested, kestrel.suggested_label) == (str(mine.pk), "Kestral")
    url = reverse("imports:options", args=[run.pk, "deals", "client"])
    answer = browser_of(cast.ann).get(url, {"q": "Kestr"}).json()
    assert [found["id"] for found in answer["results"]] == [str(mine.pk)]
    # A key that was guessed is refused like one that does not exist.
    for key in (str(secret.pk), "0190aaaa-0000-7000-8000-000000000000", "x"):
        refused = decided(run, {"Kestrel": ("use", key), "Vorskla": ("empty", "")})
        assert (refused.status_code, "Kestrel" in refused.content.decode()) == (422, True)
    for user, status in ((cast.cy, 404), (cast.bob, 404), (cast.ann, 200)):
        assert browser_of(user).get(url).status_code == status
        assert browser_of(user).get(reverse("imports:values", args=[run.pk])).status_code == status
    assert browser_of(cast.ann).get(reverse("imports:options", args=[run.pk, "deals", "name"])).status_code == 404
    assert browser_of(cast.ann).get(reverse("imports:options", args=[run.pk, "clients", "client"])).status_code == 404


@pytest.mark.usefixtures("at_once")
def test_what_was_chosen_is_asked_for_again_when_it_is_used(cast: Cast) -> None:
    gtx = make_client(cast.ann, "GTX Pro")
    run = checked(cast.ann, [HEADER, ["A", "GTXPro", "Won"]])
    decided(run, {"GTXPro": ("use", str(gtx.pk))})
    assert run.status == ImportStatus.CHECKED
    Client.objects.filter(pk=gtx.pk).update(owner=cast.cy, team=cast.cy.teams.get())
    services.begin_run(run)
    worked_on(run)
    assert clients_of_deals() == {"A": None}
    assert "not there any more" in run.problems.get().sentence


@pytest.mark.usefixtures("at_once")
def test_records_of_one_name_are_told_apart_by_the_importer(cast: Cast) -> None:
    make_client(cast.ann, "Acme")
    second = make_client(cast.ann, "Acme", city="Lviv")
    run = checked(cast.ann, [HEADER, ["A", "Acme", "Won"]])
    assert run.values.get().text == "Acme"
    decided(run, {"Acme": ("use", str(second.pk))})
    services.begin_run(run)
    worked_on(run)
    assert Deal.objects.get().client == second


@pytest.mark.usefixtures("at_once")
def test_page_lists_the_most_frequent_and_the_rest_is_decided_together(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(gathering, "LISTED", 2)
    rows = [HEADER, *(["A", f"Client {n % 5}", "Won"] for n in range(11))]
    run = checked(cast.ann, rows)
    assert (run.values.count(), run.unmatched["deals"]["client"]["distinct"]) == (2, 5)
    page = decided(run, {}).content.decode()
    assert "3 more are not." in page
    assert "Decide what becomes of the values that are not listed." in page
    decided(run, {}, **{"deals-client-rest": "skip"})
    assert run.status == ImportStatus.CHECKED
    assert run.checked["sheets"][0]["skipped"] == 11
    back = browser_of(cast.ann).post(reverse("imports:back", args=[run.pk]), {"values": "1"}, follow=True)
    assert back.redirect_chain[-1][0] == reverse("imports:values", args=[run.pk])
    run.refresh_from_db()
    first = run.values.first()
    decided(run, {first.text: ("empty", "")}, **{"deals-client-rest": "skip"})
    services.begin_run(run)
    worked_on(run)
    assert (Deal.objects.count(), run.sheets.get().skipped) == (3, 8)


def test_file_without_unknown_values_asks_nothing(cast: Cast) -> None:
    make_client(cast.ann, "Acme")
    imported(cast.ann, [HEADER, ["A", "ACME", "New inquiry"]])
    assert clients_of_deals() == {"A": "Acme"}
    assert RememberedMapping.objects.filter(options__values={}).count() == RememberedMapping.objects.count()


def run_command(path: Path, *arguments: str) -> str:
    told = io.StringIO()
    call_command("import_deals", str(path), "--user", "ann", *arguments, stdout=told, stderr=told)
    return told.getvalue()


def test_command_refuses_what_is_ambiguous_and_takes_matches(cast: Cast, tmp_path: Path) -> None:
    make_client(cast.ann, "GTX Pro")
    path = tmp_path / "deals.csv"
    path.write_bytes(as_csv([HEADER, ["A", "GTXPro", "Won"], ["B", "Nobody", "Engaging"], ["C", "Nix", "Won"]]))
    with pytest.raises(CommandError, match=r"GTXPro.*perhaps “GTX Pro”") as refusal:
        run_command(path)
    assert "stage: “Engaging” (1 rows)" in str(refusal.value)
    assert not Deal.objects.exists()
    with pytest.raises(CommandError, match="no such setting"):
        run_command(path, "--set", "currency=shells")
    with pytest.raises(CommandError, match="“Gtx” names nothing here"):
        run_command(path, "--match", "GTXPro=Gtx")
    matches = tmp_path / "matches.json"
    matches.write_text(json.dumps({"client": {"gtxpro": "gtx pro", "Nix": None}}))
    told = run_command(
        path,
        "--matches",
        str(matches),
        "--match",
        "stage:Engaging=Proposal",
        "--unmatched",
        "empty",
        "--set",
        "currency=pln",
    )
    assert "Imported: 2 new" in told
    assert clients_of_deals() == {"A": "GTX Pro", "B": None}
    assert [Deal.objects.get(name="B").stage.name, Deal.objects.get(name="B").currency] == ["Proposal", "PLN"]
    assert Import.objects.latest("created_at").sheets.get().skipped == 1
