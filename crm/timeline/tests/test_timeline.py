"""What stands on a timeline, for whom, and in which order; how it is told, narrowed and paged."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.services import save_client
from clients.tests.factories import make_client
from contacts.models import Employment
from contacts.services import change_employer, save_contact
from contacts.tests.factories import log, make_contact
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.access.writing import hand_over, move_to_bin
from crm.pages.testing import browser_of
from crm.timeline.models import Entry
from crm.timeline.reading import count, read_page
from crm.timeline.statements import Wanted
from teams.models import Company, FieldRule, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def texts_on(record: Any, reader: User, **wanted: Any) -> list[str]:
    """The texts of the interactions that this reader finds."""
    told = read_page(record, reader, Wanted(**wanted)).told
    return [each.loaded["interaction"].text for each in told if "interaction" in each.loaded]


def url_of(record: Any) -> str:
    return reverse("timeline:of", args=[record._meta.label_lower, record.pk])


def page_of(record: Any, reader: User, query: str = "") -> str:
    answer = browser_of(reader).get(url_of(record) + query)
    assert answer.status_code == 200
    return answer.content.decode()


# Whose entries stand here


def test_former_employees_tell_of_the_time_they_worked_there(cast: Cast) -> None:
    acme, globex = make_client(cast.ann, "Acme"), make_client(cast.ann, "Globex")
    contact = make_contact(cast.ann)
    work = [
        Employment(client=globex, since=date(2026, 3, 11)),
        Employment(client=acme, since=date(2026, 3, 5), until=date(2026, 3, 10)),
    ]
    save_contact(contact, actor=cast.ann, parts={"employments": work})
    for day in (4, 5, 10, 11):
        log(cast.ann, f"day {day}", with_=[contact], at=at(day))
    # The last day counts to its end and not an hour longer, in the time zone of the company (Kyiv, UTC+2).
    log(cast.ann, "last evening", with_=[contact], at=at(10, 21))
    log(cast.ann, "next morning", with_=[contact], at=at(10, 22))
    assert texts_on(acme, cast.ann) == ["last evening", "day 10", "day 5"]
    assert texts_on(globex, cast.ann) == ["day 11", "next morning"]
    assert len(texts_on(contact, cast.ann)) == 6


def test_the_days_of_an_employment_are_those_of_the_company(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann)
    save_contact(contact, actor=cast.ann, parts={"employments": [Employment(client=acme, since=date(2026, 3, 5))]})
    # Midnight of Almaty is 19 hours of the day before, in UTC.
    log(cast.ann, "first morning", with_=[contact], at=at(4, 20))
    assert texts_on(acme, cast.ann) == []
    Company.objects.create(pk=1, time_zone="Asia/Almaty")
    assert texts_on(acme, cast.ann) == ["first morning"]


def test_one_who_works_there_twice_is_told_once(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann)
    work = [Employment(client=acme, job_title="CTO"), Employment(client=acme, job_title="Founder")]
    save_contact(contact, actor=cast.ann, parts={"employments": work})
    log(cast.ann, "Once", with_=[contact], about=[acme])
    assert texts_on(acme, cast.ann) == ["Once"]
    assert count(acme, cast.ann, Wanted(kind="call")) == "1"


def test_people_in_the_recycle_bin_leave_the_timeline_of_their_client(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme)
    log(cast.ann, "Talked", with_=[contact])
    assert texts_on(acme, cast.ann) == ["Talked"]
    move_to_bin(contact, actor=cast.ann)
    assert texts_on(acme, cast.ann) == []


# Who sees them


def test_what_was_said_to_people_out_of_sight_is_nowhere(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    hers, his = make_contact(cast.ann, "Hers", at=acme), make_contact(cast.cy, "His", at=acme)
    log(cast.ann, "Vorskla secret", with_=[hers], about=[acme])
    log(cast.cy, "Nightingale secret", with_=[his])
    log(cast.ann, "Of the client", about=[acme])
    assert sorted(texts_on(acme, cast.cy)) == ["Nightingale secret", "Of the client"]
    assert sorted(texts_on(acme, cast.ann)) == ["Of the client", "Vorskla secret"]
    assert count(acme, cast.cy, Wanted(kind="call")) == count(acme, cast.ann, Wanted(kind="call")) == "2"
    assert texts_on(acme, cast.cy, words=("secret",)) == ["Nightingale secret"]
    assert texts_on(acme, cast.ann, words=("vorskla",)) == ["Vorskla secret"]
    assert "Vorskla" not in page_of(acme, cast.cy)
    assert "Vorskla" not in page_of(acme, cast.cy, "?words=vorskla&kind=call").replace('value="vorskla"', "")
    assert "Vorskla" in page_of(acme, cast.ann)


def test_a_second_participant_does_not_open_what_was_said_to_the_first(cast: Cast) -> None:
    his, hers = make_contact(cast.cy, "His"), make_contact(cast.ann, "Hers")
    share(his, action=Action.VIEW, actor=cast.cy, with_user=cast.ann)
    log(cast.ann, "Both of them", with_=[hers, his])
    # On the page of the second one too, it is seen by those who see the first.
    assert texts_on(his, cast.ann) == ["Both of them"]
    assert texts_on(his, cast.cy) == []
    assert count(his, cast.cy, Wanted(kind="call")) == "0"
    share(hers, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert texts_on(his, cast.cy) == ["Both of them"]
    withdraw(hers, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert texts_on(his, cast.cy) == []


def test_participants_out_of_sight_are_counted_and_not_named(cast: Cast) -> None:
    his, hers = make_contact(cast.cy, "Nightingale"), make_contact(cast.ann, "Kestrel")
    share(hers, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    log(cast.cy, "Both of them", with_=[hers, his])
    page = page_of(hers, cast.ann)
    assert "Both of them" in page
    assert "Nightingale" not in page
    assert "1 person you may not see" in page
    assert "Nightingale" in page_of(hers, cast.cy)


@pytest.mark.parametrize("query", ["", "?kind=call", "?words=talked"])
def test_an_outsider_has_no_timeline_of_what_he_does_not_see(cast: Cast, query: str) -> None:
    acme, contact = make_client(cast.ann, "Acme"), make_contact(cast.ann)
    for record in (acme, contact):
        assert browser_of(cast.ann).get(url_of(record) + query).status_code == 200
        assert browser_of(cast.cy).get(url_of(record) + query).status_code == 404
    assert browser_of(cast.dana).get(reverse("timeline:of", args=["teams.user", acme.pk])).status_code == 404


def test_hidden_employments_tell_nothing_of_the_people(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "Talked", with_=[make_contact(cast.ann, at=acme)])
    assert texts_on(acme, cast.fin) == ["Talked"]
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="employments", access="hidden")
    assert texts_on(acme, User.objects.get(pk=cast.fin.pk)) == []


def test_a_change_of_a_hidden_field_is_no_entry_and_counts_as_none(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    acme.status = "active"
    save_client(acme, actor=cast.ann)
    assert "Lead" in page_of(acme, cast.fin, "?kind=change")
    assert count(acme, cast.fin, Wanted(kind="change")) == "2"
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="status", access="hidden")
    fin = User.objects.get(pk=cast.fin.pk)
    page = page_of(acme, fin, "?kind=change")
    assert "changed the client" not in page
    assert "added the client" in page
    assert count(acme, fin, Wanted(kind="change")) == "1"


# What is told


def test_what_happens_to_a_record_is_told(cast: Cast) -> None:
    acme, globex = make_client(cast.ann, "Acme"), make_client(cast.ann, "Globex")
    contact = make_contact(cast.ann, at=acme)
    change_employer(contact, to=globex, job_title="CTO", since=timezone.localdate(), actor=cast.ann)
    hand_over(contact, owner=cast.bob, team=contact.team, actor=cast.ann)
    page = page_of(contact, cast.ann)
    for words in ("added the contact", "changed the contact", "Globex", "CTO", "handed the contact over", "bob"):
        assert words in page
    assert "Globex" not in page_of(contact, cast.ann, "?kind=call")


def test_what_is_not_worth_telling_is_left_to_the_history(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    acme.website = "acme.example"
    save_client(acme, actor=cast.ann)
    assert list(Entry.objects.values_list("event", flat=True)) == ["records.created"]
    acme.status = "active"
    save_client(acme, actor=cast.ann)
    assert Entry.objects.filter(event="records.changed").get().fields == ["status"]


def test_markup_in_a_text_is_text(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "<b onclick=x>bold</b>", about=[acme])
    page = page_of(acme, cast.ann)
    assert "&lt;b onclick=x&gt;bold&lt;/b&gt;" in page


# Narrowing and paging


def test_filters_narrow_by_kind_person_period_and_words(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "Price of the licence", about=[acme], kind="call", at=at(1))
    log(cast.bob, "Ліцензія подорожчала", about=[acme], kind="note", at=at(2))
    log(cast.ann, "Price again", about=[acme], kind="meeting", at=at(3))
    assert texts_on(acme, cast.ann, kind="note") == ["Ліцензія подорожчала"]
    assert texts_on(acme, cast.ann, actor_id=cast.bob.pk) == ["Ліцензія подорожчала"]
    assert texts_on(acme, cast.ann, since=at(2), until=at(3)) == ["Ліцензія подорожчала"]
    assert texts_on(acme, cast.ann, words=("price", "again")) == ["Price again"]
    assert texts_on(acme, cast.ann, words=("ліцензія",)) == ["Ліцензія подорожчала"]
    page = page_of(acme, cast.ann, "?since=2026-03-02&until=2026-03-02")
    assert "Ліцензія" in page
    assert "Price of" not in page
    assert "Price again" not in page


@pytest.mark.parametrize("query", ["?since=blah", "?kind=blah", "?person=x", "?since=0001-01-01", "?until=9999-12-31"])
def test_a_filter_that_makes_no_sense_is_told(cast: Cast, query: str) -> None:
    acme = make_client(cast.ann, "Acme")
    assert 'role="alert"' in page_of(acme, cast.ann, query)


@pytest.mark.parametrize("query", ["?below=x", "?below=WzFd", "?words=%00", "?words=%25_%5C"])
def test_hostile_addresses_break_nothing(cast: Cast, query: str) -> None:
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "Talked", about=[acme])
    answer = browser_of(cast.ann).get(url_of(acme) + query)
    assert answer.status_code == (404 if "below" in query else 200)
    assert "Talked" not in answer.content.decode() or query == "?words=%00"


def test_pages_go_down_without_a_gap_or_a_repeat(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme)
    # Many of the same moment: the order within it is that of the keys.
    for number in range(12):
        log(
            cast.ann,
            str(number),
            with_=[contact] if number % 2 else [],
            about=[acme],
            at=at(1) - timedelta(days=number // 5),
        )
    found: list[str] = []
    cursor = ""
    while True:
        page = read_page(acme, cast.ann, Wanted(kind="call"), cursor=cursor, size=5)
        found += [each.loaded["interaction"].text for each in page.told]
        cursor = page.next
        if not cursor:
            break
    assert len(found) == 12
    assert sorted(found, key=int) == [str(number) for number in range(12)]
    assert found[:5] == ["4", "3", "2", "1", "0"]


def test_a_timeline_takes_as_many_queries_for_ten_entries_as_for_a_hundred(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")

    def grow(number: int) -> None:
        for each in range(number):
            person = make_contact(cast.ann, f"P{each}", at=acme)
            log(cast.ann, "Talked", with_=[person], about=[acme])

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            read_page(acme, cast.bob, Wanted())
        return len(caught)

    grow(2)
    few = queries()
    grow(20)
    assert queries() <= few
    assert few <= 6


def test_a_search_of_common_words_is_shown_without_counting_it(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    for number in range(26):
        log(cast.ann, f"Price {number}", about=[acme])
    assert "entries" in page_of(acme, cast.ann)
    page = page_of(acme, cast.ann, "?words=price")
    assert "Price 25" in page
    assert "entries" not in page
    assert "1 entry" in page_of(acme, cast.ann, "?words=price+25")
