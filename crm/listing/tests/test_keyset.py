"""A walk over the pages of a list meets every row once, in order, forwards and backwards."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.core import signing
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Client
from clients.tables import CLIENTS, RECORD_SORTS
from contacts.tables import CONTACTS
from crm.listing.chips import address_with
from crm.listing.columns import Listing
from crm.listing.keyset import BrokenCursor, KeysetPage, Order, read_batches, read_page
from crm.listing.pages import MANNERS
from teams.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
# Few names, so that there are ties; in two alphabets and both cases, with signs that sort oddly.
NAMES = st.sampled_from(["Acme", "acme", "Ґрунт", "грунт", "Іній", "Яна", "«Яна»", "", "z %_", "Ёж"])
ORDERS = st.sampled_from([sort.order(is_descending=way) for sort in RECORD_SORTS for way in (True, False)])
ROWS = st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=13)


def store(rows: list[tuple[str, int]]) -> None:
    owner = UserFactory()
    Client.objects.bulk_create(
        Client(name=name, owner=owner, updated_at=LONG_AGO + timedelta(microseconds=minute)) for name, minute in rows
    )


def page_at(order: Order, size: int, cursor: str = "") -> KeysetPage:
    return read_page(
        Client.objects.all(), fetch=lambda rows, limit: rows[:limit], order=order, size=size, cursor=cursor
    )


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, order=ORDERS, size=st.integers(1, 5))
def test_a_walk_meets_every_row_once_in_both_directions(rows: list[tuple[str, int]], order: Order, size: int) -> None:
    with transaction.atomic():
        store(rows)
        expected = list(order.apply(Client.objects.all()))
        pages = [page_at(order, size)]
        while pages[-1].next:
            pages.append(page_at(order, size, pages[-1].next))
        assert [row for page in pages for row in page.rows] == expected
        back = [pages[-1]]
        while back[-1].previous:
            back.append(page_at(order, size, back[-1].previous))
        assert [row for page in reversed(back) for row in page.rows] == expected
        assert [
            row for batch in read_batches(Client.objects.all(), order=order, size=size) for row in batch
        ] == expected
        transaction.set_rollback(True)


def test_a_page_whose_rows_are_gone_gives_the_first_one() -> None:
    store([(f"Client {number}", 0) for number in range(4)])
    order = RECORD_SORTS[0].order(is_descending=False)
    first = page_at(order, 2)
    Client.objects.filter(name__in=["Client 2", "Client 3"]).delete()
    assert page_at(order, 2, first.next).rows == first.rows


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "\0",
        signing.dumps(["name", "on", "Acme", "1"]),
        signing.dumps(["name", "on"], salt="crm.listing.cursor"),
        signing.dumps(["name", "on", "Acme", "no uuid"], salt="crm.listing.cursor"),
        signing.dumps(["-updated", "on", "Acme", "1"], salt="crm.listing.cursor"),
        signing.dumps({}, salt="crm.listing.cursor"),
        signing.dumps(7, salt="crm.listing.cursor"),
    ],
    # Signatures hold the time, and names of tests must be the same in every process.
    ids=range(8),
)
def test_a_cursor_that_was_not_made_for_this_order_is_refused(cursor: str) -> None:
    with pytest.raises(BrokenCursor):
        page_at(RECORD_SORTS[0].order(is_descending=False), 2, cursor)


@pytest.mark.parametrize("listing", [CLIENTS, CONTACTS])
def test_no_filter_is_called_like_a_manner_of_showing(listing: Listing) -> None:
    assert set(MANNERS).isdisjoint(listing.filterset_class.base_filters)


def test_an_address_takes_several_values_and_drops_empty_ones() -> None:
    address = address_with(QueryDict("a=1&a=2&b=3"), a=["4", "5"], b=[])
    assert parse_qs(address[1:]) == {"a": ["4", "5"]}
