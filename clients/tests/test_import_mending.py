"""The workbook of failed rows: what it holds, and that it is imported once it is mended."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from clients.models import Client
from clients.tests.factories import make_client
from clients.tests.importing import imported, imported_as_found, read_in, worked_on
from crm.imports import services
from crm.imports.headers import Layout
from crm.imports.models import Import, ImportStatus
from crm.imports.reasons import REASON_HEADER
from crm.imports.tests.files import workbook
from crm.pages.testing import browser_of
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HEADER = ["Клієнт", "Адреса", "Телефон", "Телефон", "Код ЄДРПОУ", "Примітка"]
GOOD = ["Їжак", "Київ, Хрещатик 22", "044 234-56-78", "", "32855961", "добре"]
NAMELESS = ["", "Львів, Ринок 1", "044 234-56-79", "", "", "без назви"]
BAD_TAX_ID = ["Ганок", "Одеса", "044 234-56-70", "", "12345", "=1+1"]
BAD_PHONE = ["Сова", "Дніпро", "044 234-56-71", "044 234-56-789 і ще", "", ""]
WRONG = "What is wrong"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def failed_rows(user: Any, run: Import) -> Workbook:
    answer = browser_of(user).get(reverse("imports:failed_rows", args=[run.pk]))
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(b"".join(answer)))


def texts(sheet: Any) -> list[list[str]]:
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def as_bytes(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_workbook_holds_the_failed_rows_under_their_own_headers(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, GOOD, NAMELESS, BAD_TAX_ID, BAD_PHONE])
    header, *rows = texts(failed_rows(cast.ann, run).active)
    assert header == [*HEADER, WRONG]
    assert [row[:-1] for row in rows] == [NAMELESS, BAD_TAX_ID, BAD_PHONE]
    assert all(row[-1] for row in rows)


def test_reason_stands_in_the_very_cell_that_is_wrong(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, NAMELESS, BAD_TAX_ID, BAD_PHONE])
    sheet = failed_rows(cast.ann, run).active
    commented = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(commented) == {"A2", "E3", "D4"}
    for address, text in commented.items():
        assert text in sheet.cell(sheet[address].row, len(HEADER) + 1).value
        assert sheet[address].fill.fgColor.rgb != sheet["B2"].fill.fgColor.rgb
    assert sheet["F3"].data_type == "s", "a text is never turned into a formula"
    assert [problem.cell for problem in run.problems.order_by("row")] == ["A2", "E3", "D4"]


def test_mended_workbook_is_mapped_as_the_first_file_was_and_imported(cast: Cast) -> None:
    run = read_in(cast.ann, [HEADER, GOOD, NAMELESS, BAD_TAX_ID, BAD_PHONE])
    sheet = run.sheets.get()
    # Choices that no header suggests: they are remembered with the shape of the file.
    sheet.mapping = {"0": "name", "1": "note", "2": "fax", "3": "phone", "4": "tax_id", "5": "tags"}
    sheet.save()
    services.choose_options(run, options={"identities": {"clients": "tax_id"}})
    services.remember_mappings([sheet], actor=cast.ann)
    services.begin_check(run)
    services.begin_run(worked_on(run))
    worked_on(run)

    book = failed_rows(cast.ann, run)
    mended = book.active
    mended["A2"], mended["E3"], mended["D4"] = "Нова назва", "00131305", "044 234-56-72"
    again = imported_as_found(cast.ann, as_bytes(book), "mended.xlsx")
    assert again.sheets.get().fields_by_column == sheet.fields_by_column
    assert (again.region, again.area_code, again.identities) == ("UA", "44", {"clients": "tax_id"})
    assert again.status == ImportStatus.DONE
    assert not again.problems.exists()
    assert set(Client.objects.values_list("name", flat=True)) == {"Їжак", "Нова назва", "Ганок", "Сова"}
    assert WRONG not in " ".join(Client.objects.values_list("description", flat=True))
    assert Client.objects.get(tax_id="00131305").name == "Ганок"
    assert {phone.kind for phone in Client.objects.get(name="Нова назва").phones.all()} == {"fax"}


def test_choices_of_titles_and_dates_hold_for_the_mended_workbook(cast: Cast) -> None:
    rows = [["ПІБ", "Дата народження", "Телефон"], ["Відділ продажу", "", ""],
            ["Коваль Олена Петрівна", "04/13/1980", "колись"],
            ["Сова Ія Петрівна", "03/04/1981", "колись"]]  # fmt: skip
    run = read_in(cast.ann, rows)
    sheet = run.sheets.get()
    assert (sheet.target, sheet.columns[1]["is_month_first"]) == ("contacts", True)
    services.choose_target(sheet, "contacts", Layout(1, 1, keeps_sections=True))
    sheet.save()
    services.remember_mappings([sheet], actor=cast.ann)
    services.begin_check(run)
    services.begin_run(worked_on(run))
    book = failed_rows(cast.ann, worked_on(run))
    book.active.delete_rows(2)
    again = imported_as_found(cast.ann, as_bytes(book), "again.xlsx").sheets.get()
    # What is left of the dates could be read in both ways.
    assert [column["order"] for column in again.columns] == ["", "either", ""]
    assert (again.columns[1]["is_month_first"], again.keeps_sections) == (True, True)


def test_workbook_that_fails_again_keeps_one_column_of_reasons(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, NAMELESS, BAD_TAX_ID])
    again = imported_as_found(cast.ann, as_bytes(failed_rows(cast.ann, run)), "mended.xlsx")
    assert texts(failed_rows(cast.ann, again).active)[0] == [*HEADER, WRONG]
    assert again.sheets.get().failed == 2


def test_column_of_reasons_is_known_in_every_language(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, NAMELESS, BAD_TAX_ID])
    for language in ("en", "ru", "uk"):
        book = failed_rows(cast.ann, run)
        with override(language):
            book.active["G1"] = str(REASON_HEADER)
        columns = imported_as_found(cast.ann, as_bytes(book), "mended.xlsx").sheets.get().columns
        assert [column["header"] for column in columns] == ["Клієнт", "Адреса", "Телефон", "Код ЄДРПОУ", "Примітка"]


def test_sheets_keep_their_names_headers_of_two_rows_and_titles(cast: Cast, tmp_path: Path) -> None:
    rows = [
        ["Наші клієнти", "", "", ""],
        ["Назва", "Адреса", "", "Телефон"],
        ["", "індекс", "вулиця", ""],
        ["Аптеки", "", "", ""],
        ["Ромашка", "01001", "Хрещатик 1", "044 234-56-78"],
        ["", "01002", "Хрещатик 2", "044 234-56-79"],
        ["Школи", "", "", ""],
        ["Лютик", "01003", "Хрещатик 3", "044 234-56-71"],
        ["", "01004", "Хрещатик 4", "044 234-56-72"],
    ]
    path = workbook(
        tmp_path / "a.xlsx",
        {"Перший": rows, "Другий": [["Назва", "Адреса", "ЄДРПОУ"], ["Сова", "Київ", "1"]], "Добрий": [HEADER, GOOD]},
        merged={"Перший": ["A1:D1", "B2:C2", "A4:D4", "A7:D7"]},
    )
    run = imported_as_found(cast.ann, path.read_bytes(), "a.xlsx")
    book = failed_rows(cast.ann, run)
    assert book.sheetnames == ["Перший", "Другий"]
    assert [row[:-1] for row in texts(book["Перший"])] == [*rows[1:4], rows[5], rows[6], rows[8]]
    for address in ("A4", "A6"):
        book["Перший"][address] = f"Клієнт {address}"
    again = imported_as_found(cast.ann, as_bytes(book), "again.xlsx")
    first = again.sheets.get(name="Перший")
    assert (first.header_row, first.header_height) == (1, 2)
    assert [row["text"] for row in first.left_out] == ["Аптеки", "Школи"]
    assert Client.objects.get(name="Клієнт A6").postal_code == "01004"


def test_sheet_without_a_header_is_known_again_by_its_letters(cast: Cast) -> None:
    rows = [["Ромашка", "044 234-56-78", "a@b.example"], ["", "044 234-56-79", "c@d.example"]]
    run = read_in(cast.ann, rows)
    sheet = run.sheets.get()
    assert sheet.header_row == 0
    sheet.target, sheet.mapping = "clients", {"0": "name", "1": "phone", "2": "email"}
    sheet.save()
    services.remember_mappings([sheet], actor=cast.ann)
    services.begin_check(run)
    services.begin_run(worked_on(run))
    book = failed_rows(cast.ann, worked_on(run))
    assert texts(book.active)[0] == ["A", "B", "C", WRONG]
    book.active["A2"] = "Лютик"
    again = imported_as_found(cast.ann, as_bytes(book), "again.xlsx")
    assert again.sheets.get().fields_by_column == {0: "name", 1: "phone", 2: "email"}
    assert Client.objects.filter(name="Лютик").exists()


def test_rows_that_would_be_added_twice_are_not_offered_for_mending(cast: Cast) -> None:
    rows = [HEADER, NAMELESS, BAD_PHONE]
    assert len(texts(failed_rows(cast.ann, imported(cast.ann, rows)).active)) == 3
    run = imported(cast.ann, rows, identities={"clients": "nothing"})
    assert [row[:-1] for row in texts(failed_rows(cast.ann, run).active)] == [HEADER, NAMELESS]


def test_nobody_downloads_anothers_failed_rows(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, GOOD, NAMELESS])
    url = reverse("imports:failed_rows", args=[run.pk])
    assert browser_of(cast.ann).get(url).status_code == 200
    assert browser_of(cast.cy).get(url).status_code == 404
    assert browser_of(cast.bob).get(url).status_code == 404


def test_reasons_tell_nothing_of_records_out_of_sight(cast: Cast) -> None:
    make_client(cast.ann, "Таємний", address="Одеса", tax_id="32855961", country="UA")
    run = imported(cast.cy, [HEADER, ["Таємний", "Одеса", "", "", "12345", ""]])
    row = texts(failed_rows(cast.cy, run).active)[1]
    assert (
        row[-1]
        == texts(failed_rows(cast.cy, imported(cast.cy, [HEADER, ["Інший", "Одеса", "", "", "12345", ""]])).active)[1][
            -1
        ]
    )


def test_file_that_is_not_kept_any_more_is_told(cast: Cast) -> None:
    run = imported(cast.ann, [HEADER, GOOD, NAMELESS])
    detail = reverse("imports:detail", args=[run.pk])
    offer = reverse("imports:failed_rows", args=[run.pk])
    assert offer in browser_of(cast.ann).get(detail).content.decode()
    shutil.rmtree(run.folder)
    browser = browser_of(cast.ann)
    assert "not kept any more" in browser.get(offer, follow=True).content.decode()
    assert offer not in browser.get(detail).content.decode()
