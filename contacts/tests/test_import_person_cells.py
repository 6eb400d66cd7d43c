"""People who share their cell with a position, phones and e-mails."""

from pathlib import Path
from typing import Any

import pytest

from clients.models import Client
from clients.tests.importing import checked, imported, problems
from contacts.imports.person_cells import split_people
from contacts.models import Contact
from crm.imports.models import ProblemKind
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

CLIENTS = ["Назва", "Адреса", "Контактна особа"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


Told = tuple[str, str, list[str], list[str]]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "Иванов Иван Иванович, директор, +7 495 123-45-67",
            [("Иванов Иван Иванович", "директор", ["+7 495 123-45-67"], [])],
        ),
        ("Петренко О. (044) 123-45-67", [("Петренко О.", "", ["(044) 123-45-67"], [])]),
        (
            "Иванов И.И. 123-45-67; Петров П.П., бухгалтер, 765-43-21",
            [("Иванов И. И.", "", ["123-45-67"], []), ("Петров П. П.", "бухгалтер", ["765-43-21"], [])],
        ),
        (
            "Директор: Иванов И.И., тел. 8 (495) 123-45-67 доб. 12",
            [("Иванов И. И.", "Директор", ["8 (495) 123-45-67 доб. 12"], [])],
        ),
        ("директор Коваль Олена Петрівна a@b.example", [("Коваль Олена Петрівна", "директор", [], ["a@b.example"])]),
        (
            "Коваль Олена Петрівна\n0441234567, 067 123 45 67",
            [("Коваль Олена Петрівна", "", ["0441234567", "067 123 45 67"], [])],
        ),
        ("Public, John Q.", [("Public John Q.", "", [], [])]),
        ("Коваль, директор", [("Коваль", "директор", [], [])]),
        ("John Smith - CEO - +1 202 555 0123", [("Smith John", "CEO", ["+1 202 555 0123"], [])]),
        ("Гаврилова Ирина Николаевна (заведующая)", [("Гаврилова Ирина Николаевна", "заведующая", [], [])]),
        ("кабинет 12", []),
        ("a@b.example", []),
        ("+380441234567", []),
    ],
)
def test_cell_is_split_into_people_positions_and_numbers(text: str, people: list[Told]) -> None:
    found = [
        (" ".join(filter(None, [p.name.last, p.name.first, p.name.middle])), p.position, p.phones, p.emails)
        for p in split_people(text).people
    ]
    assert found == people


def reach_of(contact: Contact) -> tuple[list[str], list[str]]:
    return (
        list(contact.phones.values_list("e164", flat=True)),
        list(contact.emails.values_list("address", flat=True)),
    )


def test_person_of_a_client_comes_with_his_phone_and_position(cast: Cast) -> None:
    cell = "Коваль Олена Петрівна, головний бухгалтер, 067 123-45-67, o@kestrel.example"
    imported(cast.ann, [CLIENTS, ["Їжак", "Київ", cell], ["Ганок", "Львів", "Петренко О. (044) 123-45-67"]])
    first, second = Contact.objects.order_by("id")
    assert (first.name, first.employments.get().job_title) == ("Коваль Олена Петрівна", "головний бухгалтер")
    assert reach_of(first) == (["+380671234567"], ["o@kestrel.example"])
    assert (second.name, reach_of(second)) == ("Петренко О.", (["+380441234567"], []))
    assert not Client.objects.get(name="Їжак").phones.exists()


def test_name_in_a_column_of_phones_becomes_a_person_and_the_number_stays_the_clients(cast: Cast) -> None:
    rows = [["Назва", "Телефон"], ["Їжак", "Петренко О. В. (044) 123-45-67"], ["Ганок", "044 123-45-68"],
            ["Сова", "каса 044 123-45-69"], ["Миша", "044 123-45-60"]]  # fmt: skip
    imported(cast.ann, rows)
    assert list(Client.objects.order_by("id").values_list("phones__e164", flat=True)) == [
        f"+3804412345{end}" for end in ("67", "68", "69", "60")
    ]
    contact = Contact.objects.get()
    assert (contact.name, contact.employments.get().client.name) == ("Петренко О. В.", "Їжак")
    assert reach_of(contact)[0] == ["+380441234567"]


def test_second_import_adds_nobody_and_completes_the_known_person(cast: Cast) -> None:
    imported(cast.ann, [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна"]])
    imported(cast.ann, [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна, 067 123-45-67"]])
    imported(cast.ann, [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна, 067 123-45-67"]])
    contact = Contact.objects.get()
    assert reach_of(contact)[0] == ["+380671234567"]
    assert (contact.version, contact.employments.count()) == (2, 1)


def test_hidden_phones_are_not_written_from_a_cell_of_people(cast: Cast) -> None:
    rows = [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна, 067 123-45-67"]]
    rule = FieldRule.objects.create(role=cast.ann.role, record_type="contacts.contact", field="phones", access="hidden")
    imported(cast.ann, rows)
    assert reach_of(Contact.objects.get()) == ([], [])
    # Their twin: who may write phones does.
    rule.delete()
    imported(cast.ann, rows)
    assert reach_of(Contact.objects.get()) == (["+380671234567"], [])


def test_preview_shows_who_and_how_to_reach_him(cast: Cast) -> None:
    run = checked(cast.ann, [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна, 067 123-45-67"]])
    lines = run.checked["sheets"][0]["samples"][0]["lines"]
    assert ["Contact", "Коваль Олена Петрівна, +380671234567"] in [list(line) for line in lines]


PEOPLE = ["ПІБ", "Компанія", "Дата народження"]


def test_row_of_a_person_is_taken_apart_in_the_same_way(cast: Cast) -> None:
    imported(cast.ann, [PEOPLE, ["Коваль Олена Петрівна, директор, 067 123-45-67", "Їжак", ""]])
    contact = Contact.objects.get()
    assert (contact.name, reach_of(contact)[0]) == ("Коваль Олена Петрівна", ["+380671234567"])
    assert contact.employments.get().job_title == "директор"


def test_further_people_of_a_row_are_told_in_their_cell(cast: Cast) -> None:
    run = imported(cast.ann, [PEOPLE, ["Коваль О.П., Петренко І.В.", "Їжак", ""], ["Сова Ія Петрівна", "Їжак", ""]])
    assert {contact.name for contact in Contact.objects.all()} == {"Коваль О. П.", "Сова Ія Петрівна"}
    assert [(number, kind) for number, kind, _value in problems(run)] == [(2, ProblemKind.LEFT_OUT)]
    assert "Петренко І. В." in run.problems.get().sentence
    assert run.problems.get().cell == "A2"


def test_person_known_by_name_alone_is_not_added_twice(cast: Cast) -> None:
    rows = [PEOPLE, ["Коваль Олена Петрівна", "", "1980-01-02"], ["Сова Ія Петрівна", "", ""],
            ["Коваль Олена Петрівна", "", "1990-05-06"]]  # fmt: skip
    imported(cast.ann, rows)
    assert Contact.objects.count() == 3, "namesakes of whom the file says different things"
    run = imported(cast.ann, rows)
    assert Contact.objects.count() == 3
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 3)
    imported(cast.ann, [PEOPLE, ["Сова Ія Петрівна", "", "1999-01-01"]])
    assert Contact.objects.count() == 4, "nothing tells that this is the person who is known"


def test_dates_of_one_column_are_read_in_all_their_forms(cast: Cast) -> None:
    dates = ["1980-01-02", "29222", "31.12.1979", "2 січня 1980 р.", "Jan 2, 1980", "02.01.80", "колись"]
    rows = [[f"Особа {letter} Петрівна", "Їжак", date] for letter, date in zip("АБВГДЕЖ", dates, strict=True)]
    run = imported(cast.ann, [PEOPLE, *rows])
    found = [str(contact.birthday) for contact in Contact.objects.order_by("id")]
    assert found == ["1980-01-02", "1980-01-02", "1979-12-31", "1980-01-02", "1980-01-02", "1980-01-02", "None"]
    assert [(problem.cell, problem.value) for problem in run.problems.all()] == [("C8", "колись")]
