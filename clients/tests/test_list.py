"""The list of clients: who sees what, filters, sorts, pages, the recycle bin, what it costs."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Client, ClientStatus
from clients.tests.factories import make_client
from crm.access.writing import move_to_bin
from crm.listing.testing import multiply
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST = reverse("clients:list")
HOSTILE = [
    "\0",
    "a\0b",
    "x" * 10_000,
    "9" * 5000,
    "-1",
    "99999-12-31",
    "9999-12-31",
    "0001-01-01",
    "' OR 1=1 --",
    "%_\\",
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def listed(user: Any, **parameters: Any) -> Any:
    """The ListPage that this user gets."""
    response = browser_of(user).get(LIST, parameters)
    assert response.status_code == 200
    return response.context["list"]


def names(user: Any, **parameters: Any) -> list[str]:
    return [row.record.name for row in listed(user, **parameters).rows]


def test_ann_lists_her_own_and_bobs_clients_and_cy_none(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    make_client(cast.bob, "Bobs")
    make_client(cast.cy, "Cys")
    assert sorted(names(cast.ann)) == ["Annas", "Bobs"]
    assert names(cast.cy) == ["Cys"]
    assert sorted(names(cast.dana)) == ["Annas", "Bobs", "Cys"]


def test_the_count_is_of_what_the_reader_sees(cast: Cast) -> None:
    make_client(cast.ann)
    make_client(cast.bob)
    assert listed(cast.ann).count == "2"
    assert listed(cast.cy).count == "0"


def test_a_count_stops_at_a_thousand(cast: Cast) -> None:
    multiply(make_client(cast.ann), 1001)
    assert listed(cast.ann).count == "1,000+"


def test_an_anonymous_reader_is_sent_to_sign_in(cast: Cast, client: Any) -> None:
    for page in ("list", "bin", "export", "suggest"):
        assert client.get(reverse(f"clients:{page}")).status_code == 302


def test_the_page_has_no_inline_script_or_style(cast: Cast) -> None:
    make_client(cast.ann, phones=("+380501234567",), emails=("sales@acme.example",))
    browser = browser_of(cast.ann)
    for address in (LIST, f"{LIST}?filters=1&q=acme", reverse("clients:bin")):
        assert_strict_html(browser.get(address).content.decode())


def test_every_row_has_a_cell_under_every_head(cast: Cast) -> None:
    make_client(cast.ann, phones=("+380501234567",), emails=("sales@acme.example",), city="Kyiv")
    for user in (cast.ann, cast.fin, cast.dana):
        page = browser_of(user).get(LIST).content.decode()
        head, body = page.split("<tbody>")
        assert head.split("<thead>")[1].count("<th") == body.split("</tbody>")[0].count("<td")


def test_a_phone_is_a_link_that_calls(cast: Cast) -> None:
    make_client(cast.ann, phones=("+380 50 123 45 67",))
    assert 'href="tel:+380501234567"' in browser_of(cast.ann).get(LIST).content.decode()


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"status": "active"}, ["Active"]),
        ({"status": ["active", "lead"]}, ["Active", "Other"]),
        ({"kind": "person"}, ["Active"]),
        ({"country": "PL"}, ["Active"]),
        ({"city": "варшава"}, ["Active"]),
        ({"industry": "IT"}, ["Active"]),
        ({"size": "1-9"}, ["Active"]),
        ({"source": "fair"}, ["Active"]),
        ({"tags": "vip, north"}, ["Active"]),
        ({"tags": "vip,south"}, []),
        ({"q": "activ"}, ["Active"]),
        ({"created_from": "2000-01-01"}, ["Active", "Other"]),
        ({"created_to": "2000-01-01"}, []),
        ({"updated_from": "2199-01-01"}, []),
    ],
)
def test_filters_narrow_the_list(cast: Cast, parameters: dict[str, Any], found: list[str]) -> None:
    make_client(
        cast.ann,
        "Active",
        status=ClientStatus.ACTIVE,
        kind="person",
        country="PL",
        city="Варшава",
        industry="IT",
        size="1-9",
        source="Fair",
        tags=["vip", "north"],
    )
    make_client(cast.ann, "Other")
    page = listed(cast.ann, **parameters)
    assert sorted(row.record.name for row in page.rows) == found
    assert page.chips


def test_mine_and_owner_and_team_narrow_the_list(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    make_client(cast.bob, "Bobs")
    north = cast.ann.memberships.get().team_id
    assert names(cast.ann, mine="on") == ["Annas"]
    assert names(cast.ann, owner=cast.bob.pk) == ["Bobs"]
    assert sorted(names(cast.ann, team=north)) == ["Annas", "Bobs"]


def test_an_owner_out_of_sight_is_refused_like_one_that_does_not_exist(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    strange = [listed(cast.ann, owner=key).filterset.form.errors["owner"] for key in (cast.cy.pk, 10**9)]
    assert strange[0] == strange[1]
    assert not listed(cast.ann, owner=cast.bob.pk).filterset.form.errors


def test_a_filter_is_taken_off_by_its_chip_and_the_others_stay(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    page = listed(cast.ann, status=["active", "lead"], mine="on", sort="name")
    by_text = {(chip.name, chip.value): chip.url for chip in page.chips}
    assert by_text[("status", "Active")] == "?status=lead&mine=on&sort=name"
    assert by_text[("mine", "")] == "?status=active&status=lead&sort=name"
    assert page.reset_url == "?sort=name"


def test_suggested_values_come_from_records_in_sight_only(cast: Cast) -> None:
    make_client(cast.ann, "Annas", industry="Banking", tags=["gold"], source="fair", city="Lviv")
    make_client(cast.cy, "Cys", industry="Secret", tags=["hush"], source="spy", city="Nowhere")
    suggested = listed(cast.ann, filters="1").suggested
    assert suggested == {"industry": ["Banking"], "tags": ["gold"], "source": ["fair"], "city": ["Lviv"]}
    page = browser_of(cast.ann).get(LIST, {"filters": "1"}).content.decode()
    assert "Banking" in page
    assert [word for word in ("Secret", "hush", "spy", "Nowhere", ">South<", ">cy<") if word in page] == []


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_answered_in_place(cast: Cast, value: str) -> None:
    make_client(cast.ann, "Annas")
    browser = browser_of(cast.ann)
    everything = listed(cast.ann, filters="1").filterset.filters
    for name in [*everything, "page", "sort", "rows", "filters"]:
        response = browser.get(f"{LIST}?{urlencode({name: value, 'filters': '1'})}")
        assert response.status_code == 200, name
    assert browser.get(f"{LIST}?{urlencode(dict.fromkeys(everything, value))}").status_code == 200
    assert browser.get(reverse("clients:bin"), {"page": value, "rows": value}).status_code == 200
    assert browser.get(reverse("clients:suggest"), {"q": value}).status_code == 200
    assert browser.get(reverse("search"), {"q": value}).status_code == 200


def test_a_filter_that_cannot_be_read_is_named(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    page = browser_of(cast.ann).get(LIST, {"created_from": "99999-01-01"})
    assert "Created from" in page.content.decode()
    assert [row.record.name for row in page.context["list"].rows] == ["Annas"]


def test_a_broken_page_address_gives_the_first_page_with_a_message(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    response = browser_of(cast.ann).get(LIST, {"page": "broken"})
    assert [row.record.name for row in response.context["list"].rows] == ["Annas"]
    assert "That page of the list is gone" in response.content.decode()


def test_pages_lead_on_and_back_with_filters_kept(cast: Cast) -> None:
    for number in range(27):
        make_client(cast.ann, f"Client {number:02}")
    first = listed(cast.ann, sort="name", status="lead")
    assert len(first.rows) == 25
    assert not first.previous_url
    browser = browser_of(cast.ann)
    second = browser.get(LIST + first.next_url).context["list"]
    assert [row.record.name for row in second.rows] == ["Client 25", "Client 26"]
    assert not second.next_url
    again = browser.get(LIST + second.previous_url).context["list"]
    assert [row.record for row in again.rows] == [row.record for row in first.rows]
    assert len(listed(cast.ann, rows="50").rows) == 27


@pytest.mark.parametrize("sort", ["name", "-name", "updated", "-updated", "created", "-created"])
def test_sorts(cast: Cast, sort: str) -> None:
    for name in ("Іній", "Acme", "Яна"):
        make_client(cast.ann, name)
    in_time = ["Іній", "Acme", "Яна"]
    # The order of names puts Cyrillic before Latin.
    expected = ["Іній", "Яна", "Acme"] if sort.endswith("name") else in_time
    assert names(cast.ann, sort=sort) == (expected[::-1] if sort.startswith("-") else expected)


def test_an_unknown_sort_is_the_usual_one(cast: Cast) -> None:
    make_client(cast.ann, "Annas")
    assert listed(cast.ann, sort="search_doc").order.key == "-updated"


class TestHiddenFields:
    """fin must not see tax ids and phones of clients."""

    def test_fin_has_no_hidden_column_and_ann_has(self, cast: Cast) -> None:
        make_client(cast.ann, "Annas", phones=("+380501234567",), tax_id="")
        page = browser_of(cast.fin).get(LIST).content.decode()
        assert "Annas" in page
        assert "501234567" not in page
        assert "50 123" not in page
        assert "phones" not in listed(cast.fin).shown
        assert "phones" in listed(cast.ann).shown

    def test_fin_cannot_filter_by_a_hidden_field_even_by_hand(self, cast: Cast) -> None:
        hide(cast, "status", "industry", "owner")
        make_client(cast.ann, "Annas", industry="IT")
        for parameters in ({"industry": "none"}, {"status": "former"}, {"mine": "on"}, {"owner": cast.bob.pk}):
            assert names(cast.fin, **parameters) == ["Annas"]
            assert names(cast.bob, **parameters) == []
        assert "industry" not in listed(cast.fin, filters="1").filterset.form.fields
        assert listed(cast.fin).tabs == []

    def test_fin_gets_no_suggestions_of_hidden_values(self, cast: Cast) -> None:
        make_client(cast.ann, "Annas", tags=["gold"])
        assert "tags" in listed(cast.fin, filters="1").suggested
        hide(cast, "tags")
        assert "gold" not in browser_of(cast.fin).get(LIST, {"filters": "1"}).content.decode()


def hide(cast: Cast, *fields: str) -> None:
    for name in fields:
        FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field=name, access="hidden")


class TestRecycleBin:
    def test_ann_and_bob_find_a_deleted_client_and_cy_does_not(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Gone")
        move_to_bin(client, actor=cast.ann)
        for user, found in ((cast.ann, 1), (cast.bob, 1), (cast.cy, 0), (cast.dana, 1)):
            response = browser_of(user).get(reverse("clients:bin"))
            assert [row.record for row in response.context["rows"]] == [client] * found
            assert response.context["count"] == str(found)
            assert names(user) == []

    def test_a_deleted_client_is_restored_by_its_button(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Gone")
        move_to_bin(client, actor=cast.ann)
        page = browser_of(cast.ann).get(reverse("clients:bin"))
        assert client.url("restore") in page.content.decode()
        browser_of(cast.ann).post(client.url("restore"))
        assert names(cast.ann) == ["Gone"]

    def test_the_bin_has_pages(self, cast: Cast) -> None:
        for number in range(26):
            move_to_bin(make_client(cast.ann, f"Client {number}"), actor=cast.ann)
        browser = browser_of(cast.ann)
        first = browser.get(reverse("clients:bin"))
        second = browser.get(reverse("clients:bin") + first.context["next_url"])
        assert len(first.context["rows"]) == 25
        assert len(second.context["rows"]) == 1
        assert second.context["previous_url"]


class TestSuggestions:
    def test_ann_is_offered_what_she_sees_and_cy_is_not(self, cast: Cast) -> None:
        client = make_client(cast.bob, "Borysfen", city="Kyiv")
        for query in ("bory", "", "bo"):
            answer = browser_of(cast.ann).get(reverse("clients:suggest"), {"q": query}).json()
            assert answer == {"results": [{"id": str(client.pk), "text": "Borysfen", "hint": "Kyiv"}]}
            assert browser_of(cast.cy).get(reverse("clients:suggest"), {"q": query}).json() == {"results": []}

    def test_at_most_twenty_are_offered(self, cast: Cast) -> None:
        multiply(make_client(cast.ann, "Client"), 24)
        for query in ("client", ""):
            answer = browser_of(cast.ann).get(reverse("clients:suggest"), {"q": query}).json()
            assert len(answer["results"]) == 20

    def test_a_hint_shows_nothing_hidden(self, cast: Cast) -> None:
        Client.objects.bulk_create([Client(name="Borysfen", owner=cast.ann, team_id=team_of(cast), tax_id="14360570")])
        for user, is_shown in ((cast.ann, True), (cast.fin, False)):
            answer = browser_of(user).get(reverse("clients:suggest")).content.decode()
            assert "Borysfen" in answer
            assert ("14360570" in answer) is is_shown


def team_of(cast: Cast) -> int:
    return int(cast.ann.memberships.get().team_id)


@pytest.mark.parametrize("parameters", [{}, {"filters": "1"}, {"status": "lead", "q": "client", "sort": "name"}])
def test_the_list_asks_as_often_with_ten_clients_as_with_ten_thousand(cast: Cast, parameters: dict[str, str]) -> None:
    browser = browser_of(cast.ann)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(browser.get(LIST, parameters).context["list"].rows) >= 10
        return len(captured)

    client = make_client(cast.ann, "Client", phones=("+380501234567",))
    multiply(client, 9)
    few = queries()
    multiply(client, 9_990)
    assert queries() == few
    assert few <= 15
