"""The export of clients: who may, what is in it, and cells that are safe to open."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.rights import Action
from crm.listing import export
from crm.listing.testing import multiply
from crm.pages.testing import browser_of
from teams.models import Grant
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
EXPORT = reverse("clients:export")
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://x","y")']


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def csv_rows(user: Any, **parameters: Any) -> list[dict[str, str]]:
    response = browser_of(user).get(EXPORT, {"format": "csv", **parameters})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(user: Any, **parameters: Any) -> list[dict[str, Any]]:
    response = browser_of(user).get(EXPORT, {"format": "xlsx", **parameters})
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    headings, *rows = sheet.iter_rows()
    return [dict(zip([cell.value for cell in headings], row, strict=True)) for row in rows]


def test_ann_exports_what_she_sees_and_cy_none_of_it(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    make_client(cast.bob, "Bobs")
    assert [row["Name"] for row in csv_rows(cast.ann)] == ["Bobs", "Annas"]
    assert [row["Name"].value for row in xlsx_rows(cast.ann)] == ["Bobs", "Annas"]
    assert csv_rows(cast.cy) == []


def test_who_sees_clients_but_has_no_export_grant_is_refused(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    browser = browser_of(cast.bob)
    assert browser.get(EXPORT).status_code == 200
    Grant.objects.filter(action=Action.EXPORT).delete()
    assert browser.get(EXPORT).status_code == 403
    page = browser.get(reverse("clients:list")).content.decode()
    assert "Annas" in page
    assert EXPORT not in page


def test_only_exportable_clients_are_exported(cast: Cast) -> None:
    Grant.objects.filter(action=Action.EXPORT).update(scope=1)
    make_client(cast.ann, "Annas")
    make_client(cast.bob, "Bobs")
    assert [row["Name"] for row in csv_rows(cast.ann)] == ["Annas"]


def test_the_export_holds_the_filtered_list(cast: Cast) -> None:
    make_client(cast.ann, "Annas", status="active")
    make_client(cast.ann, "Other")
    assert [row["Name"] for row in csv_rows(cast.ann, status="active")] == ["Annas"]
    assert [row["Name"] for row in csv_rows(cast.ann, q="other")] == ["Other"]
    page = browser_of(cast.ann).get(reverse("clients:list"), {"status": "active", "sort": "name", "page": "x"})
    assert page.context["list"].export_urls["csv"] == f"{EXPORT}?status=active&format=csv"


def test_a_filter_that_cannot_be_read_exports_nothing(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    response = browser_of(cast.ann).get(EXPORT, {"created_from": "99999-01-01"}, follow=True)
    assert response.redirect_chain
    assert "nothing was exported" in response.content.decode()


def test_every_field_comes_out(cast: Cast) -> None:
    parent = make_client(cast.ann, "Parent")
    make_client(
        cast.ann,
        "Приклад",
        phones=("+380 50 123-45-67", "050 123 45 68", "call Olha"),
        emails=("a@x.example", "b@x.example"),
        country="UA",
        city="Київ",
        tags=["vip", "north"],
        parent=parent,
        kind="person",
        description="two\nlines",
    )
    for row in (csv_rows(cast.ann)[0], {name: cell.value for name, cell in xlsx_rows(cast.ann)[0].items()}):
        assert row["Name"] == "Приклад"
        assert row["Phones"].lstrip("'") == "+380501234567; +380501234568; call Olha"
        assert row["Phones as typed"].lstrip("'") == "+380 50 123-45-67; 050 123 45 68; call Olha"
        assert row["E-mails"] == "a@x.example; b@x.example"
        assert row["Country"] == "Ukraine"
        assert row["City"] == "Київ"
        assert row["Tags"] == "vip; north"
        assert row["Parent client"] == "Parent"
        assert row["Kind"] == "Private person"
        assert row["Description"] == "two\nlines"
        assert row["Owner"] == "ann"
        assert row["Team"] == "North"


def test_the_name_of_a_parent_out_of_sight_is_not_exported(cast: Cast) -> None:
    parent = make_client(cast.cy, "Cys")
    child = make_client(cast.ann, "Annas")
    Client.objects.filter(pk=child.pk).update(parent=parent)
    assert [row["Parent client"] for row in csv_rows(cast.ann)] == [""]
    assert "Cys" in [row["Parent client"] for row in csv_rows(cast.dana)]


def test_fin_exports_no_hidden_column_and_bob_does(cast: Cast) -> None:
    make_client(cast.ann, "Annas", tax_id="14360570", phones=("+380501234567",))
    for rows, hidden in ((csv_rows(cast.fin), True), (csv_rows(cast.bob), False)):
        (row,) = rows
        assert row["Name"] == "Annas"
        for name in ("Tax id", "Phones", "Phones as typed"):
            assert (name not in row) is hidden
        assert ("14360570" not in str(row)) is hidden
        assert ("501234567" not in str(row)) is hidden


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_a_formula(cast: Cast, text: str) -> None:
    make_client(cast.ann, text, tags=[text])
    (row,) = csv_rows(cast.ann)
    assert row["Name"] == f"'{text}"
    assert row["Tags"] == f"'{text}"
    (cells,) = xlsx_rows(cast.ann)
    assert cells["Name"].value == text
    assert cells["Name"].data_type == "s"
    assert cells["Name"].quotePrefix
    assert cells["Tags"].data_type == "s"


def test_signs_that_a_workbook_cannot_hold_are_left_out(cast: Cast) -> None:
    make_client(cast.ann, "A\x0bB", description="x" * 40_000)
    assert xlsx_rows(cast.ann)[0]["Name"].value == "AB"


def test_files_have_a_safe_dated_name(cast: Cast) -> None:
    for kind in ("csv", "xlsx", "anything"):
        header = browser_of(cast.ann).get(EXPORT, {"format": kind})["Content-Disposition"]
        assert header.startswith('attachment; filename="clients-20')
        assert header.endswith(f'.{"xlsx" if kind == "xlsx" else "csv"}"')


def test_more_than_the_cap_is_refused_in_a_sentence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 5)
    client = make_client(cast.ann, "Annas")
    multiply(client, 4)
    assert len(csv_rows(cast.ann)) == 5
    multiply(client, 1)
    response = browser_of(cast.ann).get(EXPORT, {"format": "csv", "q": "annas"}, follow=True)
    assert response.redirect_chain[0][0].endswith("?q=annas")
    assert "More than 5 records match" in response.content.decode()


def test_batches_hold_every_client_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH_ROWS", 3)
    multiply(make_client(cast.ann, "Annas"), 9)
    assert len({row["Record id"] for row in csv_rows(cast.ann)}) == 10


def test_headings_and_choices_are_in_the_readers_language(cast: Cast) -> None:
    make_client(cast.ann, "Annas", country="UA")
    cast.ann.language = "uk"
    cast.ann.save()
    assert "Україна" in str(csv_rows(cast.ann))
