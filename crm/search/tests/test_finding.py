"""What the search box finds, of what the reader may see, and by what he may see of it."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact
from contacts.tests.factories import make_contact
from crm.access.rights import Action, forget_rights
from crm.access.shares import share
from crm.access.writing import move_to_bin
from crm.listing.testing import multiply
from crm.pages.testing import browser_of
from crm.search.finding import find, matching
from crm.search.queries import read_query
from crm.search.registry import sources
from crm.ui.testing import assert_strict_html
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
SEARCH = reverse("search")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def found(user: Any, query: str, model: Any = Client) -> list[str]:
    return [record.name for record in find(model, user, query, limit=20)]


def hide(cast: Cast, record_type: str, *fields: str) -> None:
    for name in fields:
        FieldRule.objects.create(role=cast.fin.role, record_type=record_type, field=name, access="hidden")
    forget_rights(cast.fin)


@pytest.mark.parametrize(
    "query",
    [
        "galagan",
        "GALAGAN",
        "Galagan & Sons",
        "sons galagan",
        "alaga",
        "gal 14360570",
        "14360570",
        "1436 0570",
        "60570",
        "sales@galagan.example",
        "galagan.example",
        "+380 (50) 123-45-67",
        "0501234567",
        "050 123 45 67",
        "00380501234567",
        "501234567",
        "1234567",
        "123-45",
        "567",
        "galagan 050-123",
        "ext-77",
        "ga",
        "g",
    ],
)
def test_a_client_is_found_by_any_part_of_what_it_is_called_and_reached_by(cast: Cast, query: str) -> None:
    make_client(
        cast.ann,
        "Galagan & Sons",
        tax_id="14360570",
        external_id="EXT-77",
        phones=("+380501234567",),
        emails=("Sales@galagan.example",),
    )
    make_client(cast.ann, "Somebody else", phones=("+380671111111",), emails=("a@b.example",))
    assert found(cast.ann, query) == ["Galagan & Sons"]


@pytest.mark.parametrize(
    "query", ["89161234567", "8 (916) 123-45-67", "+7 (916) 123-45", "7916", "916 123", "9161234567", "8-916-123"]
)
def test_a_phone_is_found_with_the_prefix_of_its_country_or_without(cast: Cast, query: str) -> None:
    make_client(cast.ann, "Северянин", country="RU", phones=("8 916 123-45-67",))
    make_client(cast.ann, "Другой", country="RU", phones=("8 495 700-00-00",))
    assert found(cast.ann, query) == ["Северянин"]


@pytest.mark.parametrize("query", ["ґалаґан", "галаган", "Галаґанс", "га", "ґа", "«ґалаґан’с»"])
def test_letters_that_people_leave_out_make_no_difference(cast: Cast, query: str) -> None:
    make_client(cast.ann, "Ґалаґан’с")
    make_client(cast.ann, "Янтар")
    assert found(cast.ann, query) == (["Ґалаґан’с"] if query != "га" else [])


@pytest.mark.parametrize("query", ["", " ", "---", "\0", "%", "_", "%%%", "\\", "''", "\x1f\x1f\x1f"])
def test_signs_alone_find_nothing(cast: Cast, query: str) -> None:
    make_client(cast.ann, "Acme")
    assert found(cast.ann, query) == []
    assert found(cast.ann, "acme") == ["Acme"]


def test_wildcards_are_letters(cast: Cast) -> None:
    make_client(cast.ann, "A_B corporation")
    make_client(cast.ann, "AXB corporation")
    assert found(cast.ann, "a_b") == ["A_B corporation"]


@pytest.mark.parametrize("reader", ["ann", "dana"])
def test_one_or_two_letters_find_names_that_begin_with_them(cast: Cast, reader: str) -> None:
    for name in ("Acme", "acorn", "ACTA", "Bac", "Äcker", "Ad"):
        make_client(cast.ann, name)
    user = getattr(cast, reader)
    assert found(user, "ac") == ["Äcker", "Acme", "acorn", "ACTA"]
    assert sorted(found(user, "a")) == sorted(["Acme", "acorn", "ACTA", "Äcker", "Ad"])


def test_the_exact_name_comes_first_then_names_that_begin_with_the_query(cast: Cast) -> None:
    make_client(cast.ann, "Our Acme")
    make_client(cast.ann, "Megaacme")
    make_client(cast.ann, "Acme Trading")
    make_client(cast.ann, "Acme")
    make_client(cast.ann, "Other", emails=("x@acme.example",))
    assert found(cast.ann, "acme") == ["Acme", "Acme Trading", "Our Acme", "Megaacme", "Other"]


def test_the_exact_name_is_found_among_a_thousand(cast: Cast) -> None:
    multiply(make_client(cast.ann, "Acme Trading"), 1000)
    make_client(cast.ann, "Acme")
    assert found(cast.ann, "acme")[0] == found(cast.dana, "acme")[0] == "Acme"
    assert found(cast.cy, "acme") == []


def test_a_misspelt_name_is_found_when_nothing_else_is(cast: Cast) -> None:
    make_client(cast.ann, "Промбудмонтаж")
    assert found(cast.ann, "промбутмонтаж") == ["Промбудмонтаж"]
    assert found(cast.cy, "промбутмонтаж") == []
    make_client(cast.ann, "Промбутмонтаж")
    assert found(cast.ann, "промбутмонтаж") == ["Промбутмонтаж"]


def test_another_address_is_another_persons(cast: Cast) -> None:
    make_client(cast.ann, "Acme", emails=("sales.department@acme.example",))
    assert found(cast.ann, "sales.department@acme.example") == ["Acme"]
    assert found(cast.ann, "sales.departmint@acme.example") == []


def test_ann_finds_hers_and_bobs_and_cy_neither(cast: Cast) -> None:
    make_client(cast.ann, "Acme one")
    make_client(cast.bob, "Acme two")
    make_contact(cast.ann, "Acmenko")
    for query in ("acme", "ac"):
        assert found(cast.ann, query) == found(cast.bob, query) == ["Acme one", "Acme two"]
        assert found(cast.cy, query) == []
        assert found(cast.ann, query, Contact) == ["Acmenko"]
        assert found(cast.cy, query, Contact) == []


def test_what_lies_in_the_recycle_bin_is_not_found(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    assert found(cast.ann, "acme") == ["Acme"]
    move_to_bin(client, actor=cast.ann)
    assert found(cast.ann, "acme") == []


class TestHiddenFields:
    """fin must not see tax ids and phones of clients, phones of contacts."""

    @pytest.mark.parametrize("query", ["14360570", "4360", "1234567", "050 123", "acme 14360570", "acme 1234567"])
    def test_a_hidden_value_finds_fin_nothing(self, cast: Cast, query: str) -> None:
        make_client(cast.ann, "Acme", tax_id="14360570", phones=("+380501234567",))
        assert found(cast.bob, query) == ["Acme"]
        assert found(cast.fin, query) == []
        assert list(matching(Client.objects.all(), cast.fin, query)) == []

    def test_words_are_looked_for_in_what_fin_sees(self, cast: Cast) -> None:
        make_client(cast.ann, "Acme", tax_id="14360570", emails=("x@acme.example",), legal_name="Ltd 1436")
        assert found(cast.fin, "acme example") == ["Acme"]
        assert found(cast.fin, "1436") == ["Acme"]
        assert found(cast.fin, "14360") == []

    def test_a_misspelt_hidden_value_finds_fin_nothing(self, cast: Cast) -> None:
        hide(cast, "clients.client", "legal_name")
        make_client(cast.ann, "Acme", legal_name="Промбудмонтаж")
        assert found(cast.bob, "промбутмонтаж") == ["Acme"]
        assert found(cast.fin, "промбутмонтаж") == []

    def test_a_name_titles_its_record_for_everybody_who_sees_it(self, cast: Cast) -> None:
        hide(cast, "clients.client", "name")
        make_client(cast.ann, "Acme", emails=("x@shop.example",))
        for query in ("acme", "ac"):
            assert found(cast.fin, query) == ["Acme"]
        assert "Acme" in browser_of(cast.fin).get(SEARCH, {"q": "shop.example"}).content.decode()


@pytest.mark.parametrize("user", ["ann", "dana"])
@pytest.mark.parametrize("query", ["unusual", "9876543", "unusual 9876"])
def test_the_trigram_index_serves_a_search_among_many(cast: Cast, user: str, query: str) -> None:
    multiply(make_client(cast.ann, "Client", phones=("+380501234567",)), 10_000)
    make_client(cast.ann, "Unusual", phones=("+380509876543",))
    with connection.cursor() as cursor:
        # What the autovacuum does to new rows of the index, and to the planner's idea of the table.
        cursor.execute("SELECT gin_clean_pending_list('client_search'::regclass)")
        cursor.execute("ANALYZE clients_client")
    reader = getattr(cast, user)
    rows = matching(Client.objects.visible_to(reader), reader, query)[:300]
    assert [row.name for row in rows] == ["Unusual"]
    assert "client_search" in rows.explain()


def test_a_query_is_cut_to_a_size_that_can_be_answered() -> None:
    assert len(read_query("word " * 10_000).terms) <= 10
    assert len(read_query("x" * 10_000).text) <= 200


class TestPage:
    def test_ann_sees_what_is_found_by_type_and_cy_nothing(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme", city="Kyiv")
        make_contact(cast.ann, "Acmenko", at=client)
        page = browser_of(cast.ann).get(SEARCH, {"q": "acme"})
        assert [(group.source.model, group.count) for group in page.context["groups"]] == [
            (Client, "1"),
            (Contact, "1"),
        ]
        assert_strict_html(page.content.decode())
        assert "Director · Acme" in page.content.decode()
        nothing = browser_of(cast.cy).get(SEARCH, {"q": "acme"})
        assert nothing.context["groups"] == []
        assert "Nothing found" in nothing.content.decode()

    def test_the_dropdown_is_a_piece_of_the_page(self, cast: Cast) -> None:
        make_client(cast.ann, "Acme")
        browser = browser_of(cast.ann)
        piece = browser.get(SEARCH, {"q": "acme"}, headers={"HX-Request": "true"}).content.decode()
        assert "Acme" in piece
        assert "<html" not in piece
        assert "<html" in browser.get(SEARCH, {"q": "acme"}).content.decode()

    def test_counts_stop_at_a_thousand(self, cast: Cast) -> None:
        multiply(make_client(cast.ann, "Acme"), 1001)
        (group,) = browser_of(cast.ann).get(SEARCH, {"q": "acme"}).context["groups"]
        assert group.count == "1,000+"
        assert len(group.hits) == 10

    @pytest.mark.parametrize("query", ["ac", "acme"])
    def test_what_is_reached_in_several_ways_counts_once(self, cast: Cast, query: str) -> None:
        client = make_client(cast.ann, "Acme")
        share(client, with_user=cast.bob, action=Action.VIEW, actor=cast.ann)
        (group,) = browser_of(cast.bob).get(SEARCH, {"q": query}).context["groups"]
        assert (group.count, [hit.name for hit in group.hits]) == ("1", ["Acme"])

    def test_what_is_shared_with_cy_is_found_until_it_is_not(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme")
        given = share(client, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
        for query in ("ac", "acme", "acmee"):
            assert found(cast.cy, query) == ["Acme"]
        type(given).objects.filter(pk=given.pk).update(until=timezone.now())
        for query in ("ac", "acme", "acmee"):
            assert found(cast.cy, query) == []

    def test_a_hint_names_no_client_out_of_sight(self, cast: Cast) -> None:
        hidden = make_client(cast.cy, "Cys secret")
        contact = make_contact(cast.dana, "Acmenko", at=hidden)
        Contact.objects.filter(pk=contact.pk).update(owner=cast.ann)
        for user, is_named in ((cast.ann, False), (cast.dana, True)):
            page = browser_of(user).get(SEARCH, {"q": "acmenko"}).content.decode()
            assert "Director" in page
            assert ("Cys secret" in page) is is_named

    def test_an_empty_search_asks_for_words(self, cast: Cast) -> None:
        assert "What are you looking for?" in browser_of(cast.ann).get(SEARCH).content.decode()

    def test_the_page_asks_a_fixed_number_of_queries(self, cast: Cast, django_assert_max_num_queries: Any) -> None:
        client = make_client(cast.ann, "Acme")
        make_contact(cast.ann, "Acmenko", at=client)
        multiply(client, 500)
        browser = browser_of(cast.ann)
        # What Django keeps of content types is read by the first search of a process.
        browser.get(SEARCH, {"q": "acme"})
        # Of a type where nothing is found similar spellings are asked for too.
        with django_assert_max_num_queries(15):
            browser.get(SEARCH, {"q": "acme"})
        # Two a type where nothing is found of any.
        with django_assert_max_num_queries(2 + 2 * len(sources())):
            browser.get(SEARCH, {"q": "nowhere"})
