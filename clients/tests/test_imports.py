"""Clients from files: what rows become, whom they match, and whose rights hold."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone

from clients.imports import ClientWriter
from clients.models import Client
from clients.tests.factories import make_client
from clients.tests.importing import checked, imported, problems, read_in, worked_on
from crm.access.rights import Action, Scope, forget_rights
from crm.imports import engine, services
from crm.imports.jobs import sweep
from crm.imports.models import Import, ImportStatus, ProblemKind
from crm.imports.registry import fields_for, identities_for, target_of, targets_for
from crm.imports.work import work_on
from crm.pages.testing import browser_of
from teams.models import FieldRule, Grant, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HEADER = ["Name", "Address", "Phone", "E-mail", "Tax id", "Website"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def row(name: str = "Їжак", address: str = "01001, Київ, Хрещатик 22", *more: str) -> list[str]:
    return [name, address, *more]


def phones_of(client: Client) -> list[tuple[str, str]]:
    return list(client.phones.values_list("e164", "kind"))


def test_row_becomes_a_client_of_the_importer_and_his_team(cast: Cast) -> None:
    imported(cast.ann, [HEADER, row("Їжак", "01001, Київ, Хрещатик 22", "234-56-78, 067 123 45 67", "a@b.example")])
    client = Client.objects.get()
    assert (client.owner, client.team) == (cast.ann, cast.ann.teams.get())
    assert (client.postal_code, client.address, str(client.country)) == ("01001", "Київ, Хрещатик 22", "UA")
    assert phones_of(client) == [("+380442345678", "work"), ("+380671234567", "mobile")]
    assert [email.address for email in client.emails.all()] == ["a@b.example"]
    assert "380442345678" in client.search_doc
    version = client.history.get()
    assert (version.history_user, version.history_type) == (cast.ann, "+")
    assert "clients.csv" in version.history_change_reason
    assert [phone["e164"] for phone in version.parts["phones"]] == ["+380442345678", "+380671234567"]


def test_phone_that_is_not_understood_is_kept_as_typed_and_told(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, row("Їжак", "Київ", "044 234-56-789 і ще щось")])
    assert Client.objects.get().phones.get().e164 == ""
    assert [(number, kind) for number, kind, _value in problems(run)] == [(2, ProblemKind.PHONE)]
    assert run.sheets.get().phones_kept == 1


def test_words_for_nothing_become_nothing(cast: Cast) -> None:
    imported(cast.ann, [HEADER, row("Їжак", "немає", "відсутній", "-", "н/д", "—")])
    client = Client.objects.get()
    assert (client.address, client.tax_id, client.website) == ("", "", "")
    assert not client.phones.exists()
    assert not client.emails.exists()


def test_rows_of_one_name_and_address_become_one_client(cast: Cast) -> None:
    rows = [
        HEADER,
        row("ТОВ «Їжак»", "Київ,  Хрещатик 22", "234-56-78"),
        row('тов "їжак"', "київ, хрещатик 22", "234-56-79", "a@b.example"),
        row("ТОВ «Їжак»", "Львів, Ринок 1", "234-56-78"),
    ]
    run = imported(cast.ann, rows)
    assert Client.objects.count() == 2
    first = Client.objects.get(address__icontains="Хрещатик")
    assert len(phones_of(first)) == 2
    assert first.emails.count() == 1
    sheet = run.sheets.get()
    assert (sheet.created, sheet.folded, sheet.matched, sheet.failed) == (2, 1, 0, 0)


def test_rows_of_one_client_in_different_batches_become_one_client(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 2)
    rows = [HEADER, row("A", "1"), row("B", "2"), row("C", "3"), row("A", "1", "234-56-78"), row("D", "4")]
    preview = checked(cast.ann, rows)
    assert (preview.checked["sheets"][0]["created"], preview.checked["sheets"][0]["folded"]) == (4, 1)
    services.begin_run(preview)
    sheet = worked_on(preview).sheets.get()
    assert (sheet.created, sheet.folded, sheet.matched) == (4, 1, 0)
    assert len(phones_of(Client.objects.get(name="A"))) == 1


def test_row_without_a_name_fails_and_the_others_are_imported(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, row("Їжак"), row("", "Київ"), row("Ганок", "Львів")])
    assert set(Client.objects.values_list("name", flat=True)) == {"Їжак", "Ганок"}
    assert [(number, kind) for number, kind, _value in problems(run)] == [(3, ProblemKind.FAILED)]


def test_row_with_nothing_in_the_chosen_columns_is_counted_and_not_failed(cast: Cast) -> None:
    run = read_in(cast.ann, [["Name", "Column 2"], ["Їжак", ""], ["", "0"], ["Ганок", "0"]])
    services.begin_check(run)
    found = worked_on(run).checked["sheets"][0]
    assert (found["rows"], found["created"], found["empty"], found["failed"]) == (3, 2, 1, 0)
    services.begin_run(run)
    sheet = worked_on(run).sheets.get()
    assert (sheet.created, sheet.empty, sheet.failed) == (2, 1, 0)


def test_invalid_tax_id_fails_its_row(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, row("Їжак", "", "", "", "12345"), row("Ганок", "", "", "", "32855961")])
    assert Client.objects.get().tax_id == "32855961"
    assert problems(run) == [(2, ProblemKind.FAILED, "12345")]


def test_row_that_the_database_refuses_fails_alone(cast: Cast, monkeypatch: Any) -> None:
    create = ClientWriter.create

    def refusing(writer: ClientWriter, drafts: Any) -> None:
        if any(draft.values["name"] == "Bad" for draft in drafts):
            raise DataError("no")
        create(writer, drafts)

    monkeypatch.setattr(ClientWriter, "create", refusing)
    run = imported(cast.ann, [HEADER, row("A"), row("Bad"), row("B")])
    assert set(Client.objects.values_list("name", flat=True)) == {"A", "B"}
    assert [(number, kind) for number, kind, _value in problems(run)] == [(3, ProblemKind.FAILED)]


def test_known_client_is_completed_and_not_overwritten(cast: Cast) -> None:
    known = make_client(
        cast.bob,
        "Їжак",
        address="Київ, Хрещатик 22",
        postal_code="01001",
        website="old.example",
        phones=("044 111-22-33",),
    )
    run = imported(
        cast.ann, [HEADER, row("ЇЖАК", "01001, Київ, Хрещатик 22", "234-56-78", "a@b.example", "", "new.example")]
    )
    client = Client.objects.get()
    assert (client.pk, client.name, client.website) == (known.pk, "Їжак", "old.example")
    assert client.phones.count() == 2
    assert client.phones.filter(is_primary=True).count() == 1
    assert client.emails.count() == 1
    assert (client.version, client.owner) == (known.version + 1, cast.bob)
    assert client.history.first().history_user == cast.ann
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 1)


def test_known_client_is_overwritten_when_the_importer_chose_so(cast: Cast) -> None:
    make_client(cast.ann, "Їжак", address="Київ", website="old.example")
    imported(cast.ann, [HEADER, row("Їжак", "Київ", "", "", "", "new.example")], is_overwriting=True)
    assert Client.objects.get().website == "new.example"


def test_second_import_of_a_file_changes_nothing(cast: Cast) -> None:
    rows = [HEADER, row("Їжак", "Київ", "234-56-78", "a@b.example"), row("Ганок", "Львів")]
    imported(cast.ann, rows)
    run = imported(cast.ann, rows)
    assert Client.objects.count() == 2
    assert set(Client.objects.values_list("version", flat=True)) == {1}
    assert Client.history.count() == 2
    assert run.sheets.get().matched == 2


def test_client_out_of_sight_is_neither_matched_nor_told(cast: Cast) -> None:
    hidden = make_client(cast.ann, "Їжак", address="Київ")
    run = imported(cast.cy, [HEADER, row("Їжак", "Київ", "234-56-78")])
    assert Client.objects.count() == 2
    hidden.refresh_from_db()
    assert hidden.version == 1
    assert (run.sheets.get().created, run.sheets.get().matched) == (1, 0)
    # Its twin: a teammate, who may edit it, completes it.
    assert imported(cast.bob, [HEADER, row("Їжак", "Київ", "234-56-78")]).sheets.get().matched == 1


def test_client_in_the_recycle_bin_is_not_matched(cast: Cast) -> None:
    Client.objects.filter(pk=make_client(cast.ann, "Їжак", address="Київ").pk).update(deleted_at=timezone.now())
    assert imported(cast.ann, [HEADER, row("Їжак", "Київ")]).sheets.get().created == 1


@pytest.mark.parametrize(
    ("identity", "created"), [("name_and_address", 3), ("tax_id", 3), ("external_id", 4), ("nothing", 4)]
)
def test_importer_chooses_what_makes_rows_the_same(cast: Cast, identity: str, created: int) -> None:
    rows = [
        ["Name", "Address", "Tax id"],
        ["Їжак", "Київ", "32855961"],
        ["Їжак", "Київ", ""],
        ["Ганок", "Львів", "32855961"],
        ["Ганок", "Одеса", "00131305"],
    ]
    run = imported(cast.ann, rows, identities={"clients": identity})
    assert run.sheets.get().created == created


def test_hidden_fields_are_neither_offered_nor_written_nor_matched_by(cast: Cast) -> None:
    target = target_of("clients")
    assert target is not None
    offered = {field.key for field in fields_for(cast.fin, target)}
    assert {"name", "address", "email"} <= offered
    assert not offered & {"tax_id", "phone", "fax"}
    assert {"tax_id", "phone", "fax"} <= {field.key for field in fields_for(cast.ann, target)}
    assert "tax_id" not in {identity.key for identity in identities_for(cast.fin, target)}

    run = read_in(cast.fin, [HEADER, row("Їжак", "Київ", "234-56-78", "", "32855961")])
    # Somebody who knows the names of the fields sends them all the same.
    run.sheets.update(mapping={"0": "name", "1": "address", "2": "phone", "4": "tax_id"})
    services.begin_check(run)
    services.begin_run(worked_on(run))
    assert worked_on(run).status == ImportStatus.DONE
    client = Client.objects.get()
    assert (client.name, client.tax_id, client.phones.count()) == ("Їжак", "", 0)


def test_hidden_field_finds_nobody_by_a_forged_identity(cast: Cast) -> None:
    make_client(cast.ann, "Їжак", tax_id="32855961", country="UA")
    run = checked(cast.fin, [HEADER, row("Інший", "", "", "", "32855961")], identities={"clients": "tax_id"})
    assert run.status == ImportStatus.FAILED
    # Its twin: who sees the field matches by it.
    assert checked(cast.ann, [HEADER, row("Інший", "", "", "", "32855961")], identities={"clients": "tax_id"}).checked[
        "sheets"
    ][0]["matched"]


def test_role_without_the_right_to_add_imports_nothing(cast: Cast) -> None:
    run = read_in(cast.ann, [HEADER, row()])
    Grant.objects.filter(role=cast.ann.role, record_type="clients.client", action=Action.ADD).update(scope=Scope.NONE)
    forget_rights(cast.ann)
    assert "clients" not in {target.key for target in targets_for(cast.ann)}
    services.begin_check(run)
    assert worked_on(run).status == ImportStatus.FAILED
    assert not Client.objects.exists()


def test_importer_who_could_not_see_what_he_makes_is_told(cast: Cast) -> None:
    Grant.objects.filter(role=cast.ann.role, record_type="clients.client", action=Action.VIEW).update(scope=Scope.NONE)
    forget_rights(cast.ann)
    run = imported(cast.ann, [HEADER, row()])
    assert run.status == ImportStatus.FAILED
    assert run.failure
    assert not Client.objects.exists()


def test_preview_counts_and_writes_nothing(cast: Cast) -> None:
    make_client(cast.ann, "Їжак", address="Київ")
    rows = [HEADER, row("Їжак", "Київ"), row("Ганок", "Львів", "1234567890123456"), row("Ганок", "Львів"), row("", "x")]
    found = checked(cast.ann, rows).checked["sheets"][0]
    assert (found["created"], found["matched"], found["folded"], found["failed"]) == (1, 1, 1, 1)
    assert found["phones_kept"] == 1
    assert dict(map(tuple, found["samples"][1]["lines"]))["Name"] == "Ганок"
    assert Client.objects.count() == 1
    assert Client.history.count() == 1


def test_cancel_between_batches_keeps_what_is_written(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 2)
    run = checked(cast.ann, [HEADER, *(row(f"Client {n}", "Київ") for n in range(6))])
    services.begin_run(run)
    work_on(run.pk, lambda progress: services.cancel(Import.objects.get(pk=progress.pk)))
    run.refresh_from_db()
    assert run.status == ImportStatus.CANCELLED
    assert Client.objects.count() == run.rows_done == 2


def stopped_by(cast: Cast, monkeypatch: Any, change: Callable[[], object], **options: Any) -> Import:
    """An import of six rows, two a batch; `change` happens after the first batch."""
    monkeypatch.setattr(engine, "BATCH_ROWS", 2)
    run = checked(cast.ann, [HEADER, *(row(f"Client {n}", "Київ", "", "", "32855961") for n in range(6))], **options)
    services.begin_run(run)
    is_first = iter([True])
    work_on(run.pk, lambda _progress: change() if next(is_first, False) else None)
    run.refresh_from_db()
    return run


def deactivate(user: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def lose(user: Any, action: Action) -> None:
    Grant.objects.filter(role=user.role, record_type="clients.client", action=action).delete()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (deactivate, "deactivated"),
        (lambda user: lose(user, Action.ADD), "does not let you add"),
        (lambda user: User.objects.filter(pk=user.pk).update(role=None), "does not let you add"),
    ],
)
def test_running_import_stops_when_its_importer_may_not_import_any_more(
    cast: Cast, monkeypatch: Any, change: Callable[[Any], None], words: str
) -> None:
    run = stopped_by(cast, monkeypatch, lambda: change(cast.ann))
    assert run.status == ImportStatus.FAILED
    assert words in run.failure
    # What was written stays and is reported.
    assert (Client.objects.count(), run.sheets.get().created, run.rows_done) == (2, 2, 2)
    assert run.records.count() == 2
    page = browser_of(cast.dana).get(run.get_absolute_url()).content.decode()
    assert words in page
    assert "What was written before is kept" in page


def test_running_import_goes_on_when_nothing_changes(cast: Cast, monkeypatch: Any) -> None:
    run = stopped_by(cast, monkeypatch, lambda: None)
    assert (run.status, Client.objects.count()) == (ImportStatus.DONE, 6)


def test_field_that_is_taken_away_is_not_written_from_the_next_batch_on(cast: Cast, monkeypatch: Any) -> None:
    rule = {"role": cast.ann.role, "record_type": "clients.client", "field": "tax_id", "access": "hidden"}
    run = stopped_by(cast, monkeypatch, lambda: FieldRule.objects.create(**rule))
    assert run.status == ImportStatus.DONE
    assert Client.objects.filter(tax_id="32855961").count() == 2
    assert Client.objects.filter(tax_id="").count() == 4


def test_stopped_import_adds_nothing_twice_when_the_file_comes_again(cast: Cast, monkeypatch: Any) -> None:
    grant = Grant.objects.get(role=cast.ann.role, record_type="clients.client", action=Action.ADD)
    stopped_by(cast, monkeypatch, grant.delete)
    grant.save()
    again = stopped_by(cast, monkeypatch, lambda: None)
    assert (again.sheets.get().created, again.sheets.get().matched, Client.objects.count()) == (4, 2, 6)


def test_import_goes_on_where_a_killed_worker_stopped(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 2)
    run = checked(
        cast.ann, [HEADER, *(row(f"Client {n}", "Київ") for n in range(5))], identities={"clients": "nothing"}
    )
    services.begin_run(run)

    class Killed(BaseException):
        pass

    def die(progress: Import) -> None:
        raise Killed

    with pytest.raises(Killed):
        work_on(run.pk, die)
    work_on(run.pk)
    assert Client.objects.count() == 2, "the lease of the dead worker still holds"
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    run.refresh_from_db()
    assert (run.status, Client.objects.count()) == (ImportStatus.DONE, 5)
    assert run.sheets.get().created == 5


def test_two_workers_write_nothing_twice(cast: Cast) -> None:
    run = checked(cast.ann, [HEADER, row()], identities={"clients": "nothing"})
    services.begin_run(run)
    work_on(run.pk)
    work_on(run.pk)
    assert Client.objects.count() == 1


def test_second_click_starts_nothing_twice(cast: Cast) -> None:
    run = checked(cast.ann, [HEADER, row()])
    services.begin_run(run)
    with pytest.raises(services.WrongState):
        services.begin_run(run)
