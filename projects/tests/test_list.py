"""The list of deals: who sees what, filters, sorts over deals without a value, what stands out, the export."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.pages.testing import browser_of
from projects.models import Deal, Pipeline, Stage
from projects.services import lose_deal
from projects.tests.factories import make_deal, stage
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST, EXPORT = reverse("deals:list"), reverse("deals:export")
HOSTILE = ["\0", "a\0b", "x" * 10_000, "9" * 5000, "-1", "99999-12-31", "0001-01-01", "' OR 1=1 --", "%_\\", "NaN"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def listed(user: Any, **parameters: Any) -> Any:
    response = browser_of(user).get(LIST, parameters)
    assert response.status_code == 200
    return response.context["list"]


def names(user: Any, **parameters: Any) -> list[str]:
    return [row.record.name for row in listed(user, **parameters).rows]


def shown(user: Any, **parameters: Any) -> str:
    return browser_of(user).get(LIST, parameters).content.decode()


def csv_rows(user: Any, **parameters: Any) -> list[dict[str, str]]:
    response = browser_of(user).get(EXPORT, parameters)
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_ann_lists_her_own_and_bobs_deals_and_cy_none(cast: Cast) -> None:
    make_deal(cast.ann, "Annas")
    make_deal(cast.bob, "Bobs")
    make_deal(cast.cy, "Cys")
    assert sorted(names(cast.ann)) == ["Annas", "Bobs"]
    assert (names(cast.cy), listed(cast.cy).count) == (["Cys"], "1")
    assert sorted(names(cast.dana)) == ["Annas", "Bobs", "Cys"]


def test_a_row_tells_client_stage_money_and_date(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    make_deal(cast.ann, client=client, amount=Decimal("1500.50"), currency="USD", expected_close=date(2031, 5, 6))
    page = shown(cast.ann)
    for text in ("Acme", "New inquiry", "$1,500.50", "May 6, 2031"):
        assert text in page


def test_a_client_out_of_sight_is_masked(cast: Cast) -> None:
    make_deal(cast.ann, client=make_client(cast.cy, "Secret client"))
    page = shown(cast.ann)
    assert "Secret client" not in page
    assert "a client you may not see" in page
    assert "Secret client" in shown(cast.dana)


def test_filters_narrow_the_list(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    small = {"amount": 10, "expected_close": date(2031, 1, 1)}
    make_deal(cast.ann, "Small", client=acme, **small)
    make_deal(cast.bob, "Big", amount=1000, stage=stage("Proposal"), expected_close=date(2032, 1, 1), source="Fair")
    lost = make_deal(cast.ann, "Lost one")
    lose_deal(lost, "Too dear", actor=cast.ann)
    other = Pipeline.objects.create(name="Upsell", position=1)
    Stage.objects.create(pipeline=other, name="Idea")
    make_deal(cast.ann, "Upsold", pipeline=other)
    north = cast.ann.teams.get()
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"state": "lost"}, ["Lost one"]),
        ({"state": "open"}, ["Big", "Small", "Upsold"]),
        ({"stage": stage("Proposal").pk}, ["Big"]),
        ({"pipeline": other.pk}, ["Upsold"]),
        ({"client": str(acme.pk)}, ["Small"]),
        ({"owner": cast.bob.pk}, ["Big"]),
        ({"team": north.pk}, ["Big", "Lost one", "Small", "Upsold"]),
        ({"close_from": "2031-06-01"}, ["Big"]),
        ({"close_to": "2031-01-01"}, ["Small"]),
        ({"amount_from": "11"}, ["Big"]),
        ({"amount_to": "10.00"}, ["Small"]),
        ({"source": "fair"}, ["Big"]),
        ({"q": "small"}, ["Small"]),
    ]
    for filters, expected in cases:
        assert sorted(names(cast.ann, **filters)) == expected, filters


def test_a_client_out_of_sight_is_no_filter(cast: Cast) -> None:
    his, hers = make_client(cast.cy, "His"), make_client(cast.ann, "Hers")
    make_deal(cast.ann, client=his)
    make_deal(cast.ann, "Other", client=hers)
    assert listed(cast.ann, client=str(his.pk)).filter_errors
    assert names(cast.ann, client=str(hers.pk)) == ["Other"]


@pytest.mark.parametrize("name", ["stage", "pipeline", "state", "client", "close_from", "amount_from", "sort", "page"])
def test_hostile_filters_are_left_out_without_an_error(cast: Cast, name: str) -> None:
    make_deal(cast.ann)
    for value in HOSTILE:
        assert browser_of(cast.ann).get(LIST, {name: value}).status_code == 200, value


def walked(user: Any, sort: str) -> list[str]:
    """The names of all pages of 25, forwards."""
    found, parameters = [], {"sort": sort, "rows": "25"}
    while True:
        page = listed(user, **parameters)
        found += [row.record.name for row in page.rows]
        if not page.page.next:
            return found
        parameters["page"] = page.page.next


@pytest.mark.parametrize("sort", ["amount", "-amount", "close", "-close"])
def test_sorts_leaf_through_deals_without_a_value_too(cast: Cast, sort: str) -> None:
    for number in range(60):
        value = number % 7 or None
        close = date(2031, 1, value) if value else None
        make_deal(cast.ann, f"Deal {number:02}", amount=value, expected_close=close)
    found = walked(cast.ann, sort)
    assert sorted(found) == sorted(f"Deal {number:02}" for number in range(60))
    unknown = 0 if "amount" in sort else 99
    keys = [int(name[-2:]) % 7 or unknown for name in found]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["amount", "-close"])
def test_the_sorts_of_values_that_may_be_missing_are_carried_by_an_index(cast: Cast, sort: str) -> None:
    make_deal(cast.ann, amount=3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as queries:
            assert names(cast.dana, sort=sort) == ["Portal"]
        statement = next(each["sql"] for each in queries if "ORDER BY COALESCE" in each["sql"])
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"deal_{sort.lstrip('-')}" in plan, plan
    assert "Sort" not in plan, plan


def test_what_needs_a_look_stands_out(cast: Cast) -> None:
    Stage.objects.update(days=2)
    yesterday = timezone.localdate() - timedelta(days=1)
    texts = ("Over the time limit of its stage", "The expected close has passed")
    deal = make_deal(cast.ann, expected_close=yesterday, stage_since=timezone.now() - timedelta(days=3))
    for text in texts:
        assert text in shown(cast.ann)
    lose_deal(deal, "Too dear", actor=cast.ann)
    for text in texts:
        assert text not in shown(cast.ann)


def test_deals_are_found_by_title_and_suggested(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    make_deal(cast.ann, "Portal of Dnipro", client=client)
    for user, expected in ((cast.ann, [("Portal of Dnipro", "Acme")]), (cast.cy, [])):
        answer = browser_of(user).get(reverse("deals:suggest"), {"q": "dnipro"}).json()
        assert [(one["text"], one["hint"]) for one in answer["results"]] == expected
    assert "Portal of Dnipro" in browser_of(cast.ann).get(reverse("search"), {"q": "dnipro"}).content.decode()


def test_the_export_holds_every_field_in_sight(cast: Cast) -> None:
    acme, hidden = make_client(cast.ann, "Acme"), make_client(cast.cy, "Secret client")
    hers, his = make_contact(cast.ann, "Kovalenko"), make_contact(cast.cy, "Hidden")
    full = {"source": "Fair", "competitors": ["Initech", "Globex"], "probability": 33, "external_id": "X1"}
    make_deal(cast.ann, "Full", client=acme, amount=Decimal("12.50"), contacts={hers: "signs", his: ""}, **full)
    make_deal(cast.bob, "Bare", client=hidden)
    rows = {row["Title"]: row for row in csv_rows(cast.ann)}
    row = rows["Full"]
    assert (row["Client"], row["Contacts"], row["Stage"], row["State"]) == (
        "Acme",
        "Kovalenko (Signs)",
        "New inquiry",
        "Open",
    )
    assert (row["Amount"], row["Currency"], row["Probability, %"]) == ("12.50", "UAH", "33")
    assert (row["Competitors"], row["Source"], row["External id"]) == ("Initech; Globex", "Fair", "X1")
    assert (rows["Bare"]["Client"], rows["Bare"]["Probability, %"], rows["Bare"]["Amount"]) == ("", "10", "")
    assert csv_rows(cast.cy) == []


def test_amounts_are_numbers_in_a_workbook(cast: Cast) -> None:
    make_deal(cast.ann, amount=Decimal("12.50"))
    response = browser_of(cast.ann).get(EXPORT, {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    headings, row = sheet.iter_rows(values_only=True)
    assert dict(zip(headings, row, strict=True))["Amount"] == 12.5


def test_the_number_of_queries_does_not_grow_with_the_rows(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            names(cast.ann)
        return len(captured)

    make_deal(cast.ann, client=make_client(cast.ann))
    few = queries()
    for number in range(20):
        make_deal(cast.ann, f"Deal {number}", client=make_client(cast.ann, f"Client {number}"), stage=stage("Proposal"))
    assert queries() == few
    assert Deal.objects.count() == 21
