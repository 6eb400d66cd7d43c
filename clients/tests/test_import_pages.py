"""The pages of the import: the wizard, the report, and whose import it is."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from clients.models import Client
from clients.tests.importing import checked, imported, read_in, upload_of
from crm.imports import jobs
from crm.imports.detection import SECTION_COLUMN
from crm.imports.models import Import, ImportStatus, RememberedMapping
from crm.imports.work import work_on
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import Grant
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
ROWS = [["Название", "Адрес", "Телефон"], ["Їжак", "Київ", "234-56-78"], ["Ганок", "Львів", "1234567890123456"]]
PAGES = ("detail", "columns", "progress")


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def at_once(monkeypatch: Any) -> None:
    """A worker that is always there."""

    def announce(run: Import) -> bool:
        work_on(run.pk)
        return True

    monkeypatch.setattr("crm.imports.views.announce", announce)


def upload(user: Any, file: Any) -> Any:
    return browser_of(user).post(reverse("imports:new"), {"file": file}, follow=True)


def sent(run: Import, **changes: str) -> dict[str, str]:
    """What the columns page would send back, unchanged but for `changes`."""
    data = {"region": run.region, "area_code": run.area_code, "identity_clients": "name_and_address", "go": "1"}
    for sheet in run.sheets.all():
        prefix = f"sheet-{sheet.position}"
        data |= {f"{prefix}-target": sheet.target, f"{prefix}-header": str(sheet.header_row)}
        chosen = sheet.fields_by_column
        data |= {f"{prefix}-column-{c['index']}": chosen.get(c["index"], "") for c in sheet.columns}
    return data | changes


@pytest.mark.usefixtures("at_once")
def test_wizard_leads_from_upload_to_report(cast: Cast) -> None:
    page = upload(cast.ann, upload_of(ROWS))
    run = Import.objects.get()
    assert page.redirect_chain[-1][0] == reverse("imports:columns", args=[run.pk])
    assert_strict_html(page.content.decode())
    browser = browser_of(cast.ann)
    preview = browser.post(
        reverse("imports:columns", args=[run.pk]), sent(run, region="UA", area_code="44"), follow=True
    )
    assert_strict_html(preview.content.decode())
    assert "+380442345678" in preview.content.decode()
    assert not Client.objects.exists()
    report = browser.post(reverse("imports:start", args=[run.pk]), follow=True)
    assert_strict_html(report.content.decode())
    assert Client.objects.count() == 2
    assert "1234567890123456" in report.content.decode()
    for client in Client.objects.all():
        assert client.get_absolute_url() in report.content.decode()


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "status", [ImportStatus.MAPPING, ImportStatus.CHECKED, ImportStatus.RUNNING, ImportStatus.DONE]
)
def test_nobody_opens_anothers_import(cast: Cast, page: str, status: str) -> None:
    run = imported(cast.ann, ROWS)
    Import.objects.update(status=status)
    url = reverse(f"imports:{page}", args=[run.pk])
    assert browser_of(cast.ann).get(url).status_code in (200, 302)
    assert browser_of(cast.cy).get(url).status_code == 404
    # Not even a teammate: the rows may name what he must not see.
    assert browser_of(cast.bob).get(url).status_code == 404


@pytest.mark.parametrize("step", ["start", "back", "cancel"])
def test_nobody_moves_anothers_import(cast: Cast, step: str) -> None:
    run = checked(cast.ann, ROWS)
    url = reverse(f"imports:{step}", args=[run.pk])
    assert browser_of(cast.cy).post(url).status_code == 404
    run.refresh_from_db()
    assert run.status == ImportStatus.CHECKED
    assert browser_of(cast.ann).get(url).status_code == 405
    assert browser_of(cast.ann).post(url).status_code == 302
    run.refresh_from_db()
    assert run.status != ImportStatus.CHECKED


def test_nobody_downloads_anothers_report_and_its_cells_are_no_formulas(cast: Cast) -> None:
    run = imported(cast.ann, [*ROWS, ["Злий", "Київ", "=HYPERLINK(1234567)"]])
    for kind in ("csv", "xlsx"):
        url = reverse("imports:report", args=[run.pk, kind])
        assert browser_of(cast.cy).get(url).status_code == 404
        answer = browser_of(cast.ann).get(url)
        assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    values = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "1234567890123456" in values
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    text = browser_of(cast.ann).get(reverse("imports:report", args=[run.pk, "csv"])).content.decode()
    assert ",=HYPERLINK" not in text
    assert "HYPERLINK" in text
    assert browser_of(cast.ann).get(reverse("imports:report", args=[run.pk, "exe"])).status_code == 404


def test_import_is_for_those_who_may_add(cast: Cast) -> None:
    assert browser_of(cast.ann).get(reverse("imports:list")).status_code == 200
    Grant.objects.filter(role=cast.ann.role, action="add").delete()
    for name in ("imports:list", "imports:new"):
        assert browser_of(cast.ann).get(reverse(name)).status_code == 403
    assert browser_of(cast.dana).get(reverse("imports:list")).status_code == 200


def test_list_shows_ones_own_imports(cast: Cast) -> None:
    read_in(cast.ann, ROWS)
    assert "clients.csv" in browser_of(cast.ann).get(reverse("imports:list")).content.decode()
    assert "clients.csv" not in browser_of(cast.cy).get(reverse("imports:list")).content.decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.exe", b"MZ"), "cannot be imported"),
        (SimpleUploadedFile("a.xlsm", b"PK"), "macros"),
        (SimpleUploadedFile("a.csv", b""), "nothing in this file"),
    ],
)
def test_refused_upload_says_why(cast: Cast, file: Any, words: str) -> None:
    file.seek(0)
    page = upload(cast.ann, file)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Import.objects.exists()


@pytest.mark.usefixtures("at_once")
def test_unreadable_file_ends_with_a_sentence(cast: Cast) -> None:
    page = upload(cast.ann, SimpleUploadedFile("a.xlsx", b"PK\x03\x04 and nothing more"))
    assert Import.objects.get().status == ImportStatus.FAILED
    assert "damaged" in page.content.decode()


@pytest.mark.usefixtures("at_once")
def test_hostile_file_name_is_shown_harmless(cast: Cast) -> None:
    page = upload(cast.ann, upload_of(ROWS, "../<script>alert(1)</script>\u202e.csv"))
    run = Import.objects.get()
    assert "/" not in run.file_name
    assert "\u202e" not in run.file_name
    assert "<script>alert" not in page.content.decode()
    assert run.upload_path.parent.name == str(run.pk)


def test_broker_that_is_down_loses_nothing(cast: Cast, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    page = upload(cast.ann, upload_of(ROWS))
    assert "goes on by itself" in page.content.decode()
    run = Import.objects.get()
    assert run.status == ImportStatus.READING
    jobs.sweep()
    run.refresh_from_db()
    assert run.status == ImportStatus.MAPPING


@pytest.mark.usefixtures("at_once")
def test_conflicts_are_told_in_their_place(cast: Cast) -> None:
    run = read_in(cast.ann, ROWS)
    url = reverse("imports:columns", args=[run.pk])
    browser = browser_of(cast.ann)
    twice = browser.post(url, sent(run, **{"sheet-0-column-1": "name"}))
    assert twice.status_code == 422
    assert twice.content.decode().count("takes one column only") == 2
    nameless = browser.post(url, sent(run, **{"sheet-0-column-0": ""}))
    assert "Choose the column that holds" in nameless.content.decode()
    empty = browser.post(url, sent(run, **{"sheet-0-target": ""}))
    assert "at least one sheet" in empty.content.decode()
    run.refresh_from_db()
    assert run.status == ImportStatus.MAPPING


@pytest.mark.usefixtures("at_once")
def test_another_header_row_is_looked_at_again(cast: Cast) -> None:
    run = read_in(cast.ann, [["Їжак", "Київ", "234-56-78"], ["Название", "Адрес", "Телефон"], ["Ганок", "Львів", "1"]])
    run.sheets.update(header_row=1)
    browser_of(cast.ann).post(reverse("imports:columns", args=[run.pk]), sent(run, **{"sheet-0-header": "2"}))
    sheet = run.sheets.get()
    assert sheet.header_row == 2
    assert [column["header"] for column in sheet.columns] == ["Название", "Адрес", "Телефон"]


SECTIONS = [["Название", "Адрес", "Телефон"], ["Аптеки", "", ""], ["Ромашка", "Київ, 1", "234-56-78"],
            ["Школы", "", ""], ["Лютик", "Київ, 2", "234-56-79"]]  # fmt: skip


@pytest.mark.usefixtures("at_once")
def test_titles_between_rows_are_told_and_may_be_taken_for_rows_or_for_values(cast: Cast) -> None:
    run = read_in(cast.ann, SECTIONS)
    url = reverse("imports:columns", args=[run.pk])
    browser = browser_of(cast.ann)
    page = browser.get(url).content.decode()
    assert_strict_html(page)
    assert "Row 2, title between the rows" in page
    assert "Школы" in page
    preview = browser.post(url, sent(run, **{f"sheet-0-column-{SECTION_COLUMN}": "industry"}), follow=True)
    assert "2 rows are left out" in preview.content.decode()
    browser.post(reverse("imports:start", args=[run.pk]))
    assert set(Client.objects.values_list("name", "industry")) == {("Ромашка", "Аптеки"), ("Лютик", "Школы")}

    other = read_in(cast.ann, SECTIONS)
    url = reverse("imports:columns", args=[other.pk])
    browser.post(url, sent(other, **{"sheet-0-sections": "keep"}))
    sheet = other.sheets.get()
    assert (sheet.keeps_sections, sheet.left_out, len(sheet.columns)) == (True, [], 3)
    browser.post(url, sent(other))
    browser.post(reverse("imports:start", args=[other.pk]))
    assert Client.objects.filter(name__in=["Аптеки", "Школы"]).count() == 2


@pytest.mark.usefixtures("at_once")
def test_header_of_two_rows_is_the_importers_choice(cast: Cast) -> None:
    rows = [["Название", "Адрес", ""], ["", "дом", "корпус"], ["Ромашка", "Київ, 1", "2"], ["Лютик", "Київ, 2", "3"]]
    run = read_in(cast.ann, rows)
    assert run.sheets.get().header_height == 1
    browser_of(cast.ann).post(reverse("imports:columns", args=[run.pk]), sent(run, **{"sheet-0-height": "2"}))
    headers = [column["header"] for column in run.sheets.get().columns]
    assert headers == ["Название", "Адрес / дом", "Адрес / корпус"]


@pytest.mark.usefixtures("at_once")
def test_dates_that_may_be_read_in_two_ways_are_asked_about(cast: Cast) -> None:
    rows = [["ПІБ", "Дата народження", "Компанія"], ["Коваль Олена Петрівна", "03/04/1980", "Їжак"],
            ["Сова Ія Петрівна", "05/06/1981", "Їжак"]]  # fmt: skip
    run = read_in(cast.ann, rows)
    assert run.sheets.get().target == "contacts"
    url = reverse("imports:columns", args=[run.pk])
    browser = browser_of(cast.ann)
    page = browser.get(url).content.decode()
    assert_strict_html(page)
    assert "Nothing here tells" in page
    data = sent(run, **{"sheet-0-dates-1": "month", "identity_contacts": "name_and_reach"})
    preview = browser.post(url, data, follow=True).content.decode()
    assert "1980-03-04" in preview
    clear = read_in(cast.ann, [rows[0], ["Коваль Олена Петрівна", "1980-03-04", "Їжак"]])
    page = browser.get(reverse("imports:columns", args=[clear.pk])).content.decode()
    assert "dates-1" not in page


@pytest.mark.usefixtures("at_once")
def test_sheet_of_which_nothing_is_known_says_what_to_do(cast: Cast) -> None:
    unknown = read_in(cast.ann, [["x", "y"], ["1", "2"], ["3", "4"]])
    words = "Nothing here looks like the names"
    url = "imports:columns"
    assert words in browser_of(cast.ann).get(reverse(url, args=[unknown.pk])).content.decode()
    known = read_in(cast.ann, ROWS)
    assert words not in browser_of(cast.ann).get(reverse(url, args=[known.pk])).content.decode()


@pytest.mark.usefixtures("at_once")
def test_choices_are_remembered_for_the_next_file_of_the_shape_and_for_the_importer_alone(cast: Cast) -> None:
    run = read_in(cast.ann, ROWS)
    browser_of(cast.ann).post(reverse("imports:columns", args=[run.pk]), sent(run, **{"sheet-0-column-1": "note"}))
    assert RememberedMapping.objects.get().user == cast.ann
    again = read_in(cast.ann, [ROWS[0], ["Інший", "Одеса", "234-56-70"]]).sheets.get()
    assert again.fields_by_column == {0: "name", 1: "note", 2: "phone"}
    assert read_in(cast.bob, ROWS).sheets.get().fields_by_column[1] == "address"


def test_fields_that_the_role_hides_are_not_offered(cast: Cast) -> None:
    def options(user: Any) -> str:
        run = read_in(user, [["Name", "Tax id"], ["Їжак", "32855961"], ["Ганок", "00131305"]])
        return browser_of(user).get(reverse("imports:columns", args=[run.pk])).content.decode()

    assert 'value="tax_id"' in options(cast.ann)
    assert 'value="tax_id"' not in options(cast.fin)
    assert 'value="phone"' not in options(cast.fin)


def test_progress_is_polled_until_the_work_is_done(cast: Cast) -> None:
    run = checked(cast.ann, ROWS)
    Import.objects.update(status=ImportStatus.RUNNING, rows_done=1, rows_total=2)
    browser = browser_of(cast.ann)
    assert "1 of 2 rows" in browser.get(reverse("imports:progress", args=[run.pk])).content.decode()
    page = browser.get(reverse("imports:detail", args=[run.pk])).content.decode()
    assert_strict_html(page)
    assert 'http-equiv="refresh"' in page
    Import.objects.update(status=ImportStatus.DONE)
    assert browser.get(reverse("imports:progress", args=[run.pk])).headers["HX-Refresh"] == "true"


def test_columns_page_asks_as_much_for_one_sheet_as_for_many(cast: Cast, django_assert_max_num_queries: Any) -> None:
    run = read_in(cast.ann, ROWS)
    sheet = run.sheets.get()
    for position in range(1, 10):
        sheet.pk, sheet.position = None, position
        sheet.save()
    browser = browser_of(cast.ann)
    with django_assert_max_num_queries(15):
        browser.get(reverse("imports:columns", args=[run.pk]))
