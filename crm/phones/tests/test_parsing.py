"""Phone cells as people type them: the shapes, and 300 real cells labelled by hand."""

import csv
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from python_calamine import CalamineWorkbook

from crm.phones.parsing import FAX, parse_phone, split_phones

WORKBOOK = settings.BASE_DIR.parent / "shared" / "data" / "moscow_orgs" / "moscow_organisations.xlsx"
LABELS = Path(__file__).parent / "moscow_labels.tsv"


def numbers(cell: str, region: str = "RU", area_code: str = "495") -> list[str]:
    return [phone.e164 for phone in split_phones(cell, region=region, area_code=area_code)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8 (912) 345-67-89", ["+79123456789"]),
        ("123-45-67", ["+74951234567"]),
        ("(495) 123-45-67,\u00a0(499)\u00a0765-43-21", ["+74951234567", "+74997654321"]),
        ("123-45-67; 8-916-123-45-67", ["+74951234567", "+79161234567"]),
        ("123-45-67\n765-43-21", ["+74951234567", "+74957654321"]),
        ("123-45-67 и 765-43-21", ["+74951234567", "+74957654321"]),
        ("8 495 123 45 67 8 495 765 43 21", ["+74951234567", "+74957654321"]),
        ("123-45-67 765-43-21", ["+74951234567", "+74957654321"]),
        ("343-25-34, 35-36", ["+74953432534", "+74953433536"]),
        ("(495) 680-54-13, 14", ["+74956805413", "+74956805414"]),
        ("(495) 123-45-67/68", ["+74951234567", "+74951234568"]),
        ("(499) 123-45-67, 765-43-21", ["+74991234567", "+74997654321"]),
        ("8-499-123-45-67, 765-43-21", ["+74991234567", "+74957654321"]),
        ("(495) 123-45-67 (касса, 2 этаж), 765-43-21 (справки)", ["+74951234567", "+74957654321"]),
        ("(495) 123-45-67, (495) 123-45-67", ["+74951234567"]),
        ("тел. (495) 123-45-67", ["+74951234567"]),
    ],
)
def test_each_number_of_a_cell_is_found(cell: str, expected: list[str]) -> None:
    assert numbers(cell) == expected


@pytest.mark.parametrize(
    ("cell", "extension"),
    [
        ("8-495-123-45-67 доб 11085", "11085"),
        ("123-45-67, доб.126, 212", "126, 212"),
        ("(495) 123-45-67 вн. 12", "12"),
        ("+7 495 123-45-67 ext. 7", "7"),
        ("8-495-123-45-67, (1335)", "1335"),
    ],
)
def test_extension_is_kept_beside_its_number(cell: str, extension: str) -> None:
    phones = split_phones(cell, region="RU", area_code="495")
    assert [(phone.e164, phone.extension) for phone in phones] == [("+74951234567", extension)]
    again = parse_phone(phones[0].typed, region="RU", area_code="495")
    assert (again.e164, again.extension) == ("+74951234567", extension)


def test_word_beside_a_number_tells_a_fax() -> None:
    phone, fax = split_phones("тел. 123-45-67, факс 765-43-21", region="RU", area_code="495")
    assert (phone.kind, fax.kind) == ("", FAX)
    assert split_phones("(495) 123-45-67 (факс)", region="RU")[0].kind == FAX
    assert split_phones("тел./факс (495) 123-45-67", region="RU")[0].kind == ""


@pytest.mark.parametrize("cell", ["(495) 457-31911", "22-16-17", "8(03)5648948", "518-98-1-", "спросить Ивана"])
def test_what_is_no_number_is_kept_as_typed(cell: str) -> None:
    (phone,) = split_phones(cell, region="RU", area_code="495")
    assert (phone.typed, phone.e164, phone.is_valid) == (cell, "", False)


def test_region_is_the_importers_choice() -> None:
    assert numbers("044 234-56-78", region="UA", area_code="") == ["+380442345678"]
    assert numbers("234-56-78", region="UA", area_code="44") == ["+380442345678"]
    assert numbers("+380 44 234-56-78", region="RU") == ["+380442345678"]
    assert numbers("(212) 555-0123 x12", region="US", area_code="") == ["+12125550123"]


def test_local_number_without_area_code_is_kept_as_typed() -> None:
    assert not parse_phone("123-45-67", region="RU").is_valid
    assert parse_phone("123-45-67", region="RU", area_code="495").e164 == "+74951234567"


def test_very_long_cell_is_read_in_bounded_time() -> None:
    assert numbers("(495) 123-45-67, " * 5000)[0] == "+74951234567"
    assert len(split_phones("1 2 3 4 5 6 7 8 9 " * 5000, region="RU")) >= 1


@cache
def workbook_rows(sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(WORKBOOK)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


@pytest.mark.skipif(not WORKBOOK.exists(), reason="the real workbook is not on this machine")
def test_labelled_cells_of_a_real_workbook_are_normalised() -> None:
    labels = list(csv.reader(LABELS.read_text().splitlines()[1:], delimiter="\t"))
    assert len(labels) == 300
    wrong = []
    holding_a_number = 0
    for sheet, row, column, expected in labels:
        rows = workbook_rows(sheet)
        cell = str(rows[int(row) - 1][rows[0].index(column)])
        if sum(character.isdigit() for character in cell) < 7:
            continue
        holding_a_number += 1
        phones = split_phones(cell, region="RU", area_code="495")
        if not expected or [phone.e164 for phone in phones] != expected.split():
            wrong.append(cell)
            assert not all(phone.is_valid for phone in phones), f"{cell} was changed instead of kept as typed"
    assert holding_a_number >= 280
    assert len(wrong) <= 0.05 * holding_a_number, wrong
