"""Files from outside: what is read from them, and how the unreadable ones are refused."""

import csv
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest
from django.conf import settings
from msoffcrypto.format.ooxml import OOXMLFile

from crm.imports.reading.refusals import SENTENCES, UnreadableFile
from crm.imports.reading.spool import SpooledSheet, read_file
from crm.imports.reading.text import text_rows
from crm.imports.tests.files import sheet_xml, watched_children, workbook, workbook_with
from crm.listing.cells import csv_cell

DATA = settings.BASE_DIR.parent / "shared" / "data"
QUIRKS = DATA / "xlsx_quirks"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared real files are not on this machine")
ROWS = [["Назва", "Телефон"], ["ТОВ «Ґанок»", "044 234-56-78"], ["ПП Їжак", "097 123 45 67"]]
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path, name: str = "") -> list[SpooledSheet]:
    return read_file(path, name or path.name, path.parent / f"rows of {path.name}")


def cells(path: Path, sheet: int = 0) -> list[list[str]]:
    return [row.cells for row in read(path)[sheet].read()]


def refusal(path: Path, name: str = "") -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, name)
    assert str(caught.value) == str(SENTENCES[caught.value.code])
    return caught.value.code


def test_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Перший": ROWS, "Other": [["x"], [1.0], [2.5], [True]], "Empty": []})
    first, other, empty = read(path)
    assert (first.name, first.rows, first.columns) == ("Перший", 3, 2)
    assert [row.cells for row in first.read()] == ROWS
    assert [row.cells[0] for row in other.read()] == ["x", "1", "2.5", "true"]
    assert empty.rows == 0


def test_rows_keep_their_number_on_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["Title"], [], ["Name"], ["Acme"]]})
    assert [row.number for row in read(path)[0].read()] == [1, 3, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-u"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_detected(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["Назва", "Адреса"]] + [["Їжак", "Київ вулиця Хрещатик 22"], ["Ганок", "Львів площа Ринок 1"]] * 10
    text = "\r\n".join(delimiter.join(row) for row in rows)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert list(text_rows(path)) == rows


def test_line_breaks_and_delimiters_in_quotes_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('name,about\n"Acme, Inc.","two\nlines"\n')
    assert cells(path) == [["name", "about"], ["Acme, Inc.", "two\nlines"]]


def test_quote_that_begins_a_cell_swallows_nothing_in_tab_separated_text(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('Название\tТелефон\n"Ромашка ООО\t1\nЛютик\t2\n' + "Лютик\t2\n" * 100)
    assert cells(path)[1:3] == [['"Ромашка ООО', "1"], ["Лютик", "2"]]


def test_signs_that_are_not_seen_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,x\nAc\u202eme\u200b,'+380441234567\n")
    assert cells(path)[1] == ["Acme", "+380441234567"]


@needs_data
@pytest.mark.parametrize(
    ("file", "sheet", "row", "expected"),
    [
        ("deaths.xlsx", 0, 5, ["David Bowie", "musician", "69", "true", "1947-01-08", "2016-01-10"]),
        ("embedded-chartsheet.xlsx", 1, 1, ["21", "6", "160", "110", "3.9", "2.62", "16.46", "0", "1", "4", "4"]),
        ("unnamed-duplicated-columns.xlsx", 0, 0, ["", "var2", "", "var2"]),
        ("openrefine/example-utf16be-bom.tsv", 0, 1, "Béjaïa"),
        ("openrefine/example-utf16le-bom.tsv", 0, 1, "Béjaïa"),
        ("openrefine/example-latin1.tsv", 0, 1, "Béjaïa"),
        ("openrefine/csv-with-bom.csv", 0, 0, ["ColA", "ColB"]),
        ("openrefine/sample.ods", 0, 0, ["a", "b"]),
        ("openrefine/excel95.xls", 0, 0, ["Test spreadsheet in Excel 95 format"]),
        ("openrefine/dates.xls", 0, 0, ["2021-04-18"]),
    ],
)
def test_odd_real_files_are_read(tmp_path: Path, file: str, sheet: int, row: int, expected: list[str] | str) -> None:
    spooled = read_file(QUIRKS / file, file, tmp_path / "rows")[sheet]
    found = spooled.first(row + 1)[row].cells
    assert found == expected if isinstance(expected, list) else expected in " ".join(found)


@needs_data
def test_real_tab_separated_files_named_csv_have_all_their_rows(tmp_path: Path) -> None:
    files = sorted((DATA / "moscow_orgs" / "old_tsv").glob("*.csv"))
    rows = [read_file(file, file.name, tmp_path / file.stem)[0].rows for file in files]
    assert sum(rows) == 5_945 + len(files)


def test_cell_in_the_farthest_corner_is_refused(tmp_path: Path) -> None:
    far = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    path = workbook_with(tmp_path / "a.xlsx", {SHEET: far})
    assert path.stat().st_size < 10_000
    assert refusal(path) == "sheet_too_large"


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = workbook_with(tmp_path / "a.xlsx", {"xl/media/image1.png": b"\0" * 1000}, unpacks_to=500_000_000)
    assert path.stat().st_size < 10_000
    assert refusal(path) == "unpacks_too_large"


def test_thousands_of_entries_are_refused(tmp_path: Path) -> None:
    path = workbook_with(tmp_path / "a.xlsx", {f"xl/media/{n}.png": b"" for n in range(5000)})
    assert refusal(path) == "unpacks_too_large"


def test_document_type_is_refused(tmp_path: Path) -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>'
    assert refusal(workbook_with(tmp_path / "a.xlsx", {"xl/sharedStrings.xml": evil})) == "hostile"


def test_macros_are_refused(tmp_path: Path) -> None:
    path = workbook_with(tmp_path / "a.xlsx", {"xl/vbaProject.bin": b"x"})
    assert refusal(path) == "macros"
    assert refusal(path, "a.xlsm") == "macros"


def test_password_is_refused(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "plain.xlsx", {"S": ROWS})
    locked = tmp_path / "locked.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    with locked.open("rb") as source:
        assert msoffcrypto.OfficeFile(source).is_encrypted()
    assert refusal(locked) == "encrypted"


def test_cut_file_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": ROWS})
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path) == "broken"


def test_broken_sheet_is_refused(tmp_path: Path) -> None:
    assert refusal(workbook_with(tmp_path / "a.xlsx", {SHEET: b"<worksheet><sheetData><row"})) == "broken"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"  \n", "a.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.xlsx", "not_a_workbook"),
        (b"%PDF-1.7 ...", "a.csv", "not_a_workbook"),
        (b"<html><table><tr><td>Acme</td></tr></table></html>", "a.xls", "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "a.xls", "web_page"),
        (b"{\\rtf1 Acme}", "a.csv", "web_page"),
        (b"name,phone\nAc\0me,1\n" * 9, "a.csv", "binary"),
        (b"name,phone\nAcme,1\n", "a.exe", "wrong_extension"),
        (b"name,phone\nAcme,1\n", "csv", "wrong_extension"),
        (b"name," * 2000 + b"\n1\n", "a.csv", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert refusal(path, name) == code


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.ods", "a.txt"])
def test_workbook_under_another_name_is_read_for_what_it_is(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "upload", {"S": ROWS})
    assert [row.cells for row in read(path, name)[0].read()] == ROWS


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.tsv"])
def test_text_under_the_name_of_a_workbook_is_read_for_what_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "upload"
    path.write_text("Назва;Телефон\nЇжак;1\n")
    assert [row.cells for row in read(path, name)[0].read()] == [["Назва", "Телефон"], ["Їжак", "1"]]


def test_cell_merged_over_rows_belongs_to_each_of_them(tmp_path: Path) -> None:
    rows = [["Company", "Person"], ["Acme", "Ann"], ["", "Bob"], ["", "Cy"], ["Other", "Dana"], ["", ""], ["", "Ed"]]
    path = workbook(tmp_path / "a.xlsx", {"S": rows}, merged={"S": ["A2:A3", "A5:A6"]})
    assert cells(path) == [["Company", "Person"], ["Acme", "Ann"], ["Acme", "Bob"], ["", "Cy"], ["Other", "Dana"],
                           ["", "Ed"]]  # fmt: skip


def test_cell_merged_over_columns_is_told(tmp_path: Path) -> None:
    rows = [["Shops", "", ""], ["Name", "Phone", "City"]]
    sheet = read(workbook(tmp_path / "a.xlsx", {"S": rows}, merged={"S": ["A1:C1"]}))[0]
    assert [list(cell) for cell in sheet.wide_cells] == [[1, 0, 2]]


@pytest.mark.parametrize("value", ["=1+1", "+380441234567", "-5", "@x", " =1", "＝1", "'quoted'", "O'Neil", "plain"])
def test_what_the_product_exports_is_read_as_it_was(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerow([csv_cell("x"), csv_cell(value)])
    assert cells(path) == [["x", value.strip()]]


def test_formulas_give_their_values_and_errors_nothing(tmp_path: Path) -> None:
    sheet = sheet_xml(
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><f>NA()</f><v>#N/A</v></c>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" t="str"><f>"=x"</f><v>=cmd|calc!A1</v></c></row>'
    )
    assert cells(workbook_with(tmp_path / "a.xlsx", {SHEET: sheet})) == [["2", "", "", "=cmd|calc!A1"]]


def test_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path) == "not_a_workbook"


def ods(path: Path, row: str) -> Path:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='S'>{row}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


ODS_CELL = '<table:table-cell office:value-type="string" {}><text:p>x</text:p></table:table-cell>'


def hostile_ods(path: Path) -> Path:
    cell = ODS_CELL.format('table:number-columns-repeated="16384"')
    return ods(path, f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>')


def hostile_workbook(sheet: str) -> Callable[[Path], Path]:
    return lambda path: workbook_with(path, {SHEET: sheet_xml(sheet)})


def lying_workbook(path: Path) -> Path:
    """A part of 60 MB whose entry claims 1,000 bytes."""
    workbook_with(path, {SHEET: sheet_xml(" " * 60_000_000)})
    with zipfile.ZipFile(path) as archive:
        real = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", real), struct.pack("<I", 1000)))
    return path


def entity_workbook(path: Path) -> Path:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    evil = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{lol}]><sst><si><t>&l9;</t></si></sst>'
    return workbook_with(path, {"xl/sharedStrings.xml": evil.encode()})


def text_file(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


MADE_TO_HARM: dict[str, tuple[Callable[[Path], Path], str]] = {
    "far.xlsx": (hostile_workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "sheet_too_large"),
    "tall.xlsx": (hostile_workbook('<row r="1048576"><c r="D1048576"><v>1</v></c></row>'), "too_many_rows"),
    "spaces.xlsx": (hostile_workbook(" " * 100_000_000), "unpacks_too_large"),
    "starts.xlsx": (hostile_workbook("<c " * 5_000_000), "broken"),
    "lying.xlsx": (lying_workbook, "unpacks_too_large"),
    "laughs.xlsx": (entity_workbook, "hostile"),
    "repeated.ods": (hostile_ods, "broken"),
    "macros.xlsx": (lambda path: workbook_with(path, {"xl/vbaProject.bin": b"x"}), "macros"),
    "wide.csv": (text_file(b"a," * 4_000_000), "too_many_columns"),
    "quotes.csv": (text_file(b'a,b\n"' + b"a\n" * 3_000_000), "broken_text"),
    "nul.csv": (text_file(b"a,b\n" + b"\0" * 10_000_000), "binary"),
    "garbage.xls": (text_file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 100_000), "broken"),
}


@pytest.mark.parametrize("name", MADE_TO_HARM)
def test_file_that_was_made_to_harm_is_refused_soon_and_cheaply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, code = MADE_TO_HARM[name]
    path = make(tmp_path / name)
    # A reader that takes longer is killed, and says another word.
    monkeypatch.setattr("crm.imports.reading.limits.WALL_SECONDS", 5)
    with watched_children() as memory:
        assert refusal(path) == code
    assert 0 < memory.peak < 300_000_000


def test_ods_is_read(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", f"<table:table-row>{ODS_CELL.format('')}</table:table-row>")
    assert cells(path) == [["x"]]


def test_reader_that_needs_too_much_memory_dies_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Cells without addresses slip past the look at the sheet's extent; the memory limit holds.
    rows = "<row>" + "<c><v>1</v></c>" * 900 + "</row>"
    path = workbook_with(tmp_path / "a.xlsx", {SHEET: sheet_xml(rows * 900)})
    assert read(path)[0].rows == 900
    monkeypatch.setattr("crm.imports.reading.limits.MEMORY_BYTES", 60_000_000)
    assert refusal(path) in ("sheet_too_large", "broken")
