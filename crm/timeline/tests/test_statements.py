"""The statements find what a look at every entry finds, wherever their short cuts begin to count."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from clients.tests.factories import make_client
from contacts.models import Contact, Employment
from contacts.tests.factories import log, make_contact
from crm.access.rights import Action
from crm.access.shares import share
from crm.access.sight import seen_records
from crm.timeline.models import Entry
from crm.timeline.reading import count, look_up, read_page
from crm.timeline.statements import Wanted, count_sql
from teams.tests.factories import Cast, make_cast

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORKED_UNTIL = date(2026, 3, 8)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(params=range(2))
def acme(request: Any, cast: Cast) -> Any:
    """A client of ann's that cy sees, with people of both, one of whom has left; some moments come twice."""
    draw = random.Random(request.param)  # noqa: S311 nothing secret
    client = make_client(cast.ann, "Acme")
    share(client, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    people = [make_contact(owner) for owner in (*[cast.ann] * 6, *[cast.cy] * 3)]
    for person in people:
        until = WORKED_UNTIL if person is people[0] else None
        Employment.objects.create(contact=person, client=client, since=date(2026, 1, 1), until=until)
    for number in range(30):
        with_ = draw.sample(people, draw.choice((0, 1, 1, 2)))
        about = [client] if not with_ or draw.random() < 0.5 else []
        log(cast.dana, f"word{number % 3}", with_=with_, about=about, at=FIRST_DAY + timedelta(days=draw.randrange(15)))
    return client


def entries_by_hand(client: Any, reader: Any, word: str) -> list[int]:
    """Newest first: those whose subject he sees and that stand on the client or on one of its people in his sight."""
    subjects = Entry.objects.values_list("subject_type", "subject_id").distinct()
    seen = {key for _label, key in seen_records(reader, subjects)}
    people = set(Contact.objects.visible_to(reader).filter(employments__client=client).values_list("pk", flat=True))
    left = set(Employment.objects.filter(client=client, until=WORKED_UNTIL).values_list("contact", flat=True))
    found = []
    for entry in Entry.objects.filter(search_doc__contains=word).order_by("-at", "-pk"):
        places = set(entry.places.values_list("subject_id", flat=True))
        here = people - (left if entry.at.date() > WORKED_UNTIL else set())
        if entry.subject_id in seen and places & {client.pk, *here}:
            found.append(entry.pk)
    return found


def entries_by_pages(client: Any, reader: Any, word: str, size: int) -> list[int]:
    found, cursor = [], ""
    while True:
        page = read_page(client, reader, Wanted(words=(word,) if word else ()), cursor=cursor, size=size)
        found += [each.entry.pk for each in page.told]
        cursor = page.next
        if not cursor:
            return found


@pytest.mark.parametrize("word", ["", "word1"])
@pytest.mark.parametrize("name", ["ann", "bob", "cy", "dana"])
def test_pages_of_any_size_hold_what_a_look_at_every_entry_finds(cast: Cast, acme: Any, name: str, word: str) -> None:
    reader = getattr(cast, name)
    expected = entries_by_hand(acme, reader, word)
    assert expected
    for size in (1, 2, 5, 100):
        assert entries_by_pages(acme, reader, word, size) == expected


@pytest.mark.parametrize("name", ["ann", "cy", "dana"])
def test_rare_words_are_looked_up_and_find_the_same(cast: Cast, acme: Any, name: str) -> None:
    reader = getattr(cast, name)
    log(cast.dana, "nowhere on Acme: xylophone", with_=[make_contact(cast.ann)])
    for word, limit in (("word1", 100), ("xylophone", 100), ("word1", 0)):
        with patch("crm.timeline.reading._FEW_OF_LATEST", limit):
            wanted = look_up(Wanted(words=(word,)))
        assert (wanted.among is None) == (limit == 0)
        expected = entries_by_hand(acme, reader, word)
        assert [each.entry.pk for each in read_page(acme, reader, wanted, size=100).told] == expected
        assert count(acme, reader, wanted) == str(len(expected))


@pytest.mark.parametrize("word", ["", "word1"])
def test_counts_stop_at_the_most_and_are_right_below_it(cast: Cast, acme: Any, word: str) -> None:
    wanted = Wanted(words=(word,) if word else ())
    for reader in (cast.ann, cast.cy, cast.dana):
        right = len(entries_by_hand(acme, reader, word))
        for most in (1, 5, right, right + 1, 1000):
            with connection.cursor() as cursor:
                cursor.execute(*count_sql(acme, reader, wanted, most=most))
                counted = cursor.fetchone()[0]
            assert min(counted, most) == min(right, most)
