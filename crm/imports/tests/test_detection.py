"""Where the table stands on its sheet, and which column is what."""

from pathlib import Path

import pytest
from django.conf import settings

from crm.imports.cells import header_key, is_blank_word, value_of
from crm.imports.contents import Kind
from crm.imports.detection import Column, find_table, table_rows
from crm.imports.mapping import clashing_fields, guess_mapping, remembered_mapping, shape_of
from crm.imports.reading.spool import SpooledSheet, read_file
from crm.imports.registry import ImportField
from crm.imports.services import clean_file_name
from crm.imports.tests.files import Rows, workbook

QUIRKS = settings.BASE_DIR.parent / "shared" / "data" / "xlsx_quirks"
FIELDS = (
    ImportField("name", "Name", ("name", "название", "назва")),
    ImportField("phone", "Phone", ("phone", "телефон"), Kind.PHONE, is_many=True),
    ImportField("email", "E-mail", ("email", "электронная почта", "адрес электронной почты"), Kind.EMAIL, is_many=True),
    ImportField("address", "Address", ("address", "адрес", "адреса"), Kind.ADDRESS),
    ImportField("person", "Person", ("руководитель",), Kind.PERSON, is_many=True),
)
KNOWN = frozenset(key for field in FIELDS for key in field.header_keys)


@pytest.fixture
def sheet_of(tmp_path: Path):
    def make(rows: Rows) -> SpooledSheet:
        return read_file(workbook(tmp_path / "a.xlsx", {"S": rows}), "a.xlsx", tmp_path / "rows")[0]

    return make


@pytest.mark.parametrize(
    "word",
    ["", "-", "—", "отсутствует", "ОТСУТСТВУЕТ", "н.д.", "Н/Д", "нет", "n/a", "N.A.", "немає", "відсутній", " … "],
)
def test_words_for_nothing_are_nothing(word: str) -> None:
    assert is_blank_word(word)
    assert value_of(word) == ""


@pytest.mark.parametrize("word", ["Нетикс", "0", "7", "ООО «Нет»", "Nate", "отсутствует факс, звонить"])
def test_words_that_only_look_like_nothing_stay(word: str) -> None:
    assert value_of(word) == word


def test_headers_compare_without_case_gaps_and_points() -> None:
    assert header_key("Доп._информация:") == header_key("доп информация")
    assert header_key("E-mail") == header_key("e mail")


def test_header_is_found_under_title_rows(sheet_of) -> None:
    sheet = sheet_of(
        [
            ["Список клиентов на 01.09.2026"],
            [],
            ["Отдел продаж", "", "составил Иванов"],
            ["Название", "Адрес", "Телефон"],
            ["Ромашка", "ул. Ленина, 1", "123-45-67"],
            ["Лютик", "ул. Мира, 2", "765-43-21"],
        ]
    )
    table = find_table(sheet, KNOWN)
    assert table.header_row == 4
    assert [column.header for column in table.columns] == ["Название", "Адрес", "Телефон"]


def test_sheet_without_header_keeps_its_first_row(sheet_of) -> None:
    sheet = sheet_of([["Ромашка", "8-495-123-45-67", "a@b.example"], ["Лютик", "8-495-123-45-68", "c@d.example"]])
    table = find_table(sheet, KNOWN)
    assert table.header_row == 0
    assert [column.header for column in table.columns] == ["A", "B", "C"]
    assert len(list(table_rows(sheet, 0))) == 2
    assert guess_mapping(table.columns, FIELDS).fields == {1: "phone", 2: "email"}


def test_empty_columns_are_left_out(sheet_of) -> None:
    table = find_table(sheet_of([["Название", "", "Телефон"], ["Ромашка", "", "1"], ["Лютик", "", "2"]]), KNOWN)
    assert [column.index for column in table.columns] == [0, 2]


@pytest.mark.parametrize(
    "footer", [[["Итого:", "2"]], [[], ["Выгружено из учётной системы"]], [["Всего", "", "2"], ["Источник: реестр"]]]
)
def test_footer_is_no_row(sheet_of, footer: Rows) -> None:
    rows = [["Название", "Адрес", "Телефон"], ["Ромашка", "ул. Ленина", "1"], ["Лютик", "ул. Мира", "2"]]
    assert [row.cells[0] for row in table_rows(sheet_of([*rows, *footer]), 1)] == ["Ромашка", "Лютик"]


def test_last_client_without_other_values_is_no_footer(sheet_of) -> None:
    rows = [["Название", "Адрес", "Телефон"], ["Ромашка", "ул. Ленина", "1"], ["Лютик"]]
    assert [row.cells[0] for row in table_rows(sheet_of(rows), 1)] == ["Ромашка", "Лютик"]


@pytest.mark.skipif(not QUIRKS.exists(), reason="the shared real files are not on this machine")
@pytest.mark.parametrize(("file", "row"), [("deaths.xlsx", 5), ("janitor_dirty_data.xlsx", 2)])
def test_header_is_found_in_untidy_real_files(tmp_path: Path, file: str, row: int) -> None:
    sheet = read_file(QUIRKS / file, file, tmp_path / "rows")[0]
    assert find_table(sheet, KNOWN).header_row == row


def column(index: int, header: str, *samples: str) -> Column:
    return Column(index, header, list(samples))


def test_columns_are_told_by_headers_in_three_languages() -> None:
    columns = [column(0, "Назва", "Їжак"), column(1, "Address", "Main St 1"), column(2, "Телефон", "123-45-67")]
    assert guess_mapping(columns, FIELDS).fields == {0: "name", 1: "address", 2: "phone"}


def test_address_of_electronic_mail_is_no_address() -> None:
    columns = [column(0, "Адрес электронной почты", "a@b.example"), column(1, "Адрес", "ул. Ленина, 1")]
    assert guess_mapping(columns, FIELDS).fields == {0: "email", 1: "address"}


def test_columns_with_silent_headers_are_told_by_their_values() -> None:
    columns = [
        column(0, "Колонка 1", "(495) 123-45-67", "8-916-123-45-67, 765-43-21"),
        column(1, "Колонка 2", "info@romashka.example"),
        column(2, "Кто", "Иванов Иван Иванович", "Петрова Анна Ильинична"),
        column(3, "Прочее", "синий"),
    ]
    assert guess_mapping(columns, FIELDS).fields == {0: "phone", 1: "email", 2: "person"}


def test_values_that_look_otherwise_overrule_the_header() -> None:
    assert guess_mapping([column(0, "Электронная почта", "ул. Ленина, 1", "ул. Мира, 2")], FIELDS).fields == {}


def test_field_of_one_value_takes_one_column_and_others_take_many() -> None:
    columns = [column(0, "Название", "A"), column(1, "Name", "B"), column(2, "Phone", "123-45-67"),
               column(3, "Телефон", "765-43-21")]  # fmt: skip
    assert guess_mapping(columns, FIELDS).fields == {0: "name", 2: "phone", 3: "phone"}
    assert clashing_fields({0: "name", 1: "name", 2: "phone", 3: "phone"}, FIELDS) == ["name"]


def test_remembered_mapping_names_only_fields_that_are_still_open() -> None:
    columns = [column(0, "Название", "A"), column(1, "Телефон", "1")]
    kept = {header_key("название"): "name", header_key("телефон"): "phone"}
    assert remembered_mapping(columns, kept, {"name", "phone"}) == {0: "name", 1: "phone"}
    assert remembered_mapping(columns, kept, {"name"}) == {0: "name"}
    assert shape_of(["Название", "Телефон"]) == shape_of(["телефон", "НАЗВАНИЕ "])
    assert shape_of(["Название"]) != shape_of(["Название", "Телефон"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\ann\\клиенты.xlsx", "клиенты.xlsx"),
        ("invoice\u202excod.xlsx", "invoicexcod.xlsx"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "file"),
        ("к" * 300 + ".xlsx", "к" * 195 + ".xlsx"),
    ],
)
def test_hostile_file_names_are_harmless(given: str, kept: str) -> None:
    assert clean_file_name(given) == kept
