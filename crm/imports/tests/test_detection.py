"""Where the table stands on its sheet, and which column is what."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings

from crm.imports.body import BodyRow, body_rows, table_rows
from crm.imports.cells import header_key, is_blank_word, value_of
from crm.imports.contents import Kind
from crm.imports.dates import DateOrder, date_order, read_date
from crm.imports.detection import SECTION_COLUMN, Column, find_table
from crm.imports.headers import Layout, shape_of_header
from crm.imports.mapping import clashing_fields, guess_mapping, remembered_mapping
from crm.imports.reading.spool import SpooledSheet, read_file
from crm.imports.regions import suggest_region
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
    assert len(list(table_rows(sheet, Layout(0)))) == 2
    assert guess_mapping(table.columns, FIELDS).fields == {1: "phone", 2: "email"}


def test_empty_columns_are_left_out(sheet_of) -> None:
    table = find_table(sheet_of([["Название", "", "Телефон"], ["Ромашка", "", "1"], ["Лютик", "", "2"]]), KNOWN)
    assert [column.index for column in table.columns] == [0, 2]


@pytest.mark.parametrize(
    "footer", [[["Итого:", "2"]], [[], ["Выгружено из учётной системы"]], [["Всего", "", "2"], ["Источник: реестр"]]]
)
def test_footer_is_no_row(sheet_of, footer: Rows) -> None:
    rows = [["Название", "Адрес", "Телефон"], ["Ромашка", "ул. Ленина", "1"], ["Лютик", "ул. Мира", "2"]]
    assert [row.cells[0] for row in table_rows(sheet_of([*rows, *footer]), Layout(1))] == ["Ромашка", "Лютик"]


def told(rows: Iterable[BodyRow]) -> list[tuple[int, str]]:
    return [(row.number, str(row.left_out)) for row in rows if row.left_out]


TWO_ROWS = [["Название", "Адрес", "", "Телефон"], ["", "индекс", "улица", ""]]
PEOPLE = [["Ромашка", "119017", "ул. Ленина, 1", "123-45-67"], ["Лютик", "119018", "ул. Мира, 2", "765-43-21"]]


@pytest.mark.parametrize("merged", [["B1:C1"], ["A1:A2", "B1:C1", "D1:D2"], []])
def test_header_of_two_rows_is_joined(tmp_path: Path, merged: list[str]) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [*TWO_ROWS, *PEOPLE]}, merged={"S": merged})
    sheet = read_file(path, "a.xlsx", tmp_path / "rows")[0]
    table = find_table(sheet, KNOWN | {"улица"})
    assert table.layout == Layout(1, 2)
    assert [column.header for column in table.columns] == ["Название", "Адрес / индекс", "Адрес / улица", "Телефон"]
    assert [row.cells[0] for row in table_rows(sheet, table.layout)] == ["Ромашка", "Лютик"]


def test_groups_above_the_header_are_joined_and_a_title_is_not(tmp_path: Path) -> None:
    header, rows = ["Название", "Телефон", "Адрес"], [["Ромашка", "1", "ул. Ленина, 1"], ["Лютик", "2", "ул. Мира, 2"]]
    group = workbook(tmp_path / "a.xlsx", {"S": [["", "Связь", ""], header, *rows]}, merged={"S": ["B1:C1"]})
    table = find_table(read_file(group, "a.xlsx", tmp_path / "a")[0], KNOWN)
    assert [column.header for column in table.columns] == ["Название", "Связь / Телефон", "Связь / Адрес"]
    title = workbook(tmp_path / "b.xlsx", {"S": [["Клиенты", "", ""], header, *rows]}, merged={"S": ["A1:C1"]})
    assert find_table(read_file(title, "b.xlsx", tmp_path / "b")[0], KNOWN).layout == Layout(2, 1)


def test_equal_headers_are_told_apart_and_empty_ones_named_by_letter(sheet_of) -> None:
    table = find_table(
        sheet_of([["Название", "Телефон", "", "Телефон"], ["A", "1", "x", "2"], ["B", "3", "y", "4"]]), KNOWN
    )
    assert [(column.header, column.key) for column in table.columns] == [
        ("Название", "название"),
        ("Телефон", "телефон"),
        ("C", "c"),
        ("Телефон", "телефон #2"),
    ]


def test_numbers_of_columns_under_the_header_are_no_row(sheet_of) -> None:
    sheet = sheet_of([["Название", "Адрес", "Телефон"], ["1", "2", "3"], ["Ромашка", "ул. Мира", "1"], ["1", "2", "3"]])
    assert told(body_rows(sheet, Layout(1))) == [(2, "numbering")]


def test_header_that_comes_again_is_no_row(sheet_of) -> None:
    header = ["Название", "Адрес", "Телефон"]
    rows = [header, ["Ромашка", "ул. Мира", "1"], ["название ", "АДРЕС", "Телефон"], ["1", "2", "3"],
            ["Лютик", "ул. Мира", "2"]]  # fmt: skip
    assert told(body_rows(sheet_of(rows), Layout(1))) == [(3, "header"), (4, "numbering")]


def test_total_among_the_rows_is_no_row_and_a_client_of_that_name_is(sheet_of) -> None:
    rows = [["Название", "Адрес", "Сумма"], ["Ромашка", "ул. Мира", "10"], ["Итого по разделу", "", "10"],
            ["Total Energies", "", "5"], ["Всего хорошего", "ул. Мира", ""], ["Лютик", "ул. Мира", "7"],
            *[["Клиент", "ул. Мира", "1"]] * 15]  # fmt: skip
    assert told(body_rows(sheet_of(rows), Layout(1))) == [(3, "total")]


def sections_of(sheet: SpooledSheet) -> list[tuple[str, str]]:
    return [(row.section, row.cells[0]) for row in table_rows(sheet, Layout(1))]


def test_titles_between_the_rows_are_told_and_given_to_the_rows_below(sheet_of) -> None:
    header = ["Название", "Адрес", "Телефон"]
    rows = [["Аптеки"], ["Ромашка", "ул. Мира", "1"], ["Мята", "ул. Мира", "2"], ["Школы"], ["Лютик", "ул. Мира", "3"]]
    sheet = sheet_of([header, *rows])
    assert told(body_rows(sheet, Layout(1))) == [(2, "section"), (5, "section")]
    assert sections_of(sheet) == [("Аптеки", "Ромашка"), ("Аптеки", "Мята"), ("Школы", "Лютик")]
    column = find_table(sheet, KNOWN).columns[-1]
    assert (column.index, column.samples) == (SECTION_COLUMN, ["Аптеки", "Школы"])
    assert len(list(table_rows(sheet, Layout(1, keeps_sections=True)))) == 5


def test_titles_in_the_column_of_numbers_or_merged_across_are_told(tmp_path: Path, sheet_of) -> None:
    header = ["№", "Название", "Телефон"]
    rows = [["1", "Ромашка", "11"], ["Школы", "", ""], ["2", "Лютик", "12"]]
    assert told(body_rows(sheet_of([header, *rows]), Layout(1))) == [(3, "section")]
    wide = [["Название", "Адрес", "Телефон"], ["Ромашка", "Мира", "1"], ["Школы", "", ""], ["Лютик", "Мира", "2"]]
    path = workbook(tmp_path / "b.xlsx", {"S": wide}, merged={"S": ["A3:C3"]})
    sheet = read_file(path, "b.xlsx", tmp_path / "b")[0]
    assert told(body_rows(sheet, Layout(1))) == [(3, "section")]


def test_clients_of_whom_only_the_name_is_known_are_no_titles(sheet_of) -> None:
    header = ["Название", "Адрес", "Телефон"]
    rows = [["Ромашка", "ул. Мира", "1"], ["Мята"], ["Лютик", "ул. Мира", "3"], ["Роза"], ["Клён", "ул. Мира", "3"]]
    assert told(body_rows(sheet_of([header, *rows]), Layout(1))) == []


def test_remarks_below_a_table_are_no_rows(sheet_of) -> None:
    rows = [["Название", "Адрес", "Телефон"], *[["Ромашка", "ул. Мира", "1"]] * 3]
    remarks = [["проверено"], ["", "в марте"], ["", "", "Коваль"]]
    assert told(body_rows(sheet_of([*rows, *remarks]), Layout(1))) == [(5, "footer"), (6, "footer"), (7, "footer")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1947-01-08", "1947-01-08"),
        ("39690", "2008-08-30"),
        ("39690.5", "2008-08-30"),
        ("31.12.2020", "2020-12-31"),
        ("03/04/2020", "2020-04-03"),
        ("04/13/2020", "2020-04-13"),
        ("Dec-27 2020", "2020-12-27"),
        ("12 марта 2020 г.", "2020-03-12"),
        ("5 листопада 1999 року", "1999-11-05"),
        ("2020-01-02 10:11:12", "2020-01-02"),
        ("12", None),
        ("1662", None),
        ("март 2020", None),
        ("02042003", None),
        ("PE 12", None),
    ],
)
def test_dates_are_read_as_people_and_programs_write_them(text: str, expected: str | None) -> None:
    found = read_date(text)
    assert (found.isoformat() if found else None) == expected


def test_month_first_dates_are_read_so_when_told() -> None:
    assert str(read_date("03/04/2020", is_month_first=True)) == "2020-03-04"
    assert str(read_date("2020-03-04", is_month_first=True)) == "2020-03-04"


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["13/04/2020", "01/02/2020"], DateOrder.DAY_FIRST),
        (["04/13/2020", "01/02/2020"], DateOrder.MONTH_FIRST),
        (["03/04/2020"], DateOrder.EITHER),
        (["03/03/2020", "2020-01-02", "39690"], None),
        (["13/04/2020", "04/13/2020"], DateOrder.MIXED),
    ],
)
def test_column_of_dates_tells_what_comes_first(texts: list[str], order: DateOrder | None) -> None:
    assert date_order(texts) == order


def test_last_client_without_other_values_is_no_footer(sheet_of) -> None:
    rows = [["Название", "Адрес", "Телефон"], ["Ромашка", "ул. Ленина", "1"], ["Лютик"]]
    assert [row.cells[0] for row in table_rows(sheet_of(rows), Layout(1))] == ["Ромашка", "Лютик"]


@pytest.mark.skipif(not QUIRKS.exists(), reason="the shared real files are not on this machine")
@pytest.mark.parametrize(("file", "row"), [("deaths.xlsx", 5), ("janitor_dirty_data.xlsx", 2)])
def test_header_is_found_in_untidy_real_files(tmp_path: Path, file: str, row: int) -> None:
    sheet = read_file(QUIRKS / file, file, tmp_path / "rows")[0]
    assert find_table(sheet, KNOWN).header_row == row


def column(index: int, header: str, *samples: str) -> Column:
    return Column(index, header, list(samples), header_key(header))


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
    assert shape_of_header(["Название", "Телефон"]) == shape_of_header(["телефон", "", "НАЗВАНИЕ "])
    assert shape_of_header(["Название"]) != shape_of_header(["Название", "Телефон"])


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


@pytest.mark.parametrize(
    ("phones", "region"),
    [
        (["044 234-56-78", "044 234-56-79", "044 234-56-711"], "UA"),
        (["030 901820", "089 2180-0", "0221 4710", "040 42838-0"], "DE"),
        (["8 (495) 123-45-67", "(499) 123-45-68"], "RU"),
        (["12", "колись"], ""),
    ],
)
def test_country_of_phones_is_suggested(phones: list[str], region: str) -> None:
    assert suggest_region(phones) == region
