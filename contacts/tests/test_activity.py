"""What happened on a day: each person's interactions, as far as the reader sees them, on the page and in the mail."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.activity.periods import day_of, read_day, week_of
from contacts.activity.reading import activity_of
from contacts.notices import leads, write_day
from contacts.services import delete_interaction
from contacts.tests.factories import log, make_contact
from crm.access.rights import Action, Scope, forget_rights
from crm.access.shares import share
from crm.pages.testing import browser_of
from teams.models import Grant, Team, User
from teams.tests.factories import Cast, TeamFactory, join, make_cast

DAY = date(2026, 3, 4)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def at(hour: int, day: int = 4) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def page_of(reader: User, query: str = f"?day={DAY.isoformat()}") -> str:
    answer = browser_of(reader).get(f"/activity/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def counts(reader: Any, **options: Any) -> dict[str, int]:
    return {str(one.person): one.total for one in activity_of(day_of(DAY), reader, **options).doings}


def test_each_person_stands_with_what_he_did_that_day(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "Asked for the price", with_=[make_contact(cast.ann, at=acme)], at=at(9))
    log(cast.bob, "Met for lunch", about=[acme], kind="meeting", at=at(11))
    log(cast.ann, "The day before", about=[acme], at=at(12, day=3))
    page = page_of(cast.ann)
    assert "Asked for the price" in page
    assert "Met for lunch" in page
    assert "The day before" not in page
    assert counts(cast.ann) == {"ann": 1, "bob": 1}
    assert "The day before" in page_of(cast.ann, f"?day={DAY.isoformat()}&span=week")


def test_nothing_of_what_is_out_of_sight_is_told_or_counted(cast: Cast) -> None:
    log(cast.ann, "Vorskla secret", about=[make_client(cast.ann, "Kestrel")], at=at(9))
    log(cast.cy, "Own words", about=[make_client(cast.cy, "Globex")], at=at(9))
    assert counts(cast.cy) == {"cy": 1}
    assert counts(cast.dana) == {"ann": 1, "cy": 1}
    page = page_of(cast.cy)
    assert "Own words" in page
    assert "Vorskla" not in page
    assert "Kestrel" not in page
    assert "Vorskla" in page_of(cast.ann)
    assert counts(cast.cy, people={cast.ann.pk}) == {}
    told = page_of(cast.cy, f"?day={DAY.isoformat()}&person={cast.ann.pk}")
    assert "Vorskla" not in told


def test_the_mail_of_the_day_tells_no_more_than_the_page(cast: Cast) -> None:
    acme = make_client(cast.ann, "Kestrel")
    log(cast.ann, "Vorskla secret", about=[acme], at=at(9))
    assert write_day(cast.cy, DAY) is None
    assert "Vorskla" in str(write_day(cast.bob, DAY))
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert "Vorskla" in str(write_day(cast.cy, DAY))


def test_deleted_interactions_did_not_happen(cast: Cast) -> None:
    said = log(cast.ann, "Nonsense", about=[make_client(cast.ann, "Acme")], at=at(9))
    assert counts(cast.ann) == {"ann": 1}
    delete_interaction(said, actor=cast.ann)
    assert counts(cast.ann) == {}
    assert "Nobody logged anything" in page_of(cast.ann)


def test_a_team_is_shown_with_those_below_it(cast: Cast) -> None:
    north = Team.objects.get(name="North")
    below = TeamFactory(name="Below", parent=north)
    acme = make_client(cast.ann, "Acme")
    log(cast.ann, "Hers", about=[acme], at=at(9))
    log(cast.dana, "Hers too", about=[acme], at=at(9))
    join(cast.dana, below)
    page = page_of(cast.ann, f"?day={DAY.isoformat()}&team={north.pk}")
    assert "Hers too" in page
    south = Team.objects.get(name="South")
    assert "Hers" not in page_of(cast.ann, f"?day={DAY.isoformat()}&team={south.pk}")


def test_the_mail_is_offered_to_those_who_lead(cast: Cast) -> None:
    assert leads(cast.dana)
    assert not leads(cast.ann)
    Team.objects.filter(name="North").update(lead=cast.ann)
    assert leads(cast.ann)
    Grant.objects.filter(role=cast.bob.role, action=Action.VIEW).update(scope=Scope.TEAM_AND_BELOW)
    forget_rights(cast.bob)
    assert leads(cast.bob)


@pytest.mark.parametrize(
    "query", ["?day=blah", "?day=0001-01-01", "?day=9999-12-31", "?person=x&team=%00", "?page=99999", "?page=-1"]
)
def test_hostile_addresses_break_nothing(cast: Cast, query: str) -> None:
    assert page_of(cast.ann, query)


def test_days_and_weeks_begin_where_the_reader_lives() -> None:
    with timezone.override("Asia/Tokyo"):
        day = day_of(DAY)
        assert (day.since, day.until - day.since) == (datetime(2026, 3, 3, 15, tzinfo=UTC), timedelta(days=1))
    with timezone.override("Europe/Kyiv"):
        # The clocks go forward on this Sunday.
        short = day_of(date(2026, 3, 29))
        assert short.until.timestamp() - short.since.timestamp() == 23 * 60 * 60
        week = week_of(date(2026, 3, 29))
        assert (week.first, week.last) == (date(2026, 3, 23), date(2026, 3, 29))
    assert read_day("2026-02-30") == timezone.localdate()


def test_the_page_takes_as_many_queries_for_a_busy_day_as_for_a_quiet_one(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")

    def queries() -> int:
        browser = browser_of(cast.ann)
        browser.get("/activity/")
        with CaptureQueriesContext(connection) as caught:
            browser.get(f"/activity/?day={DAY.isoformat()}")
        return len(caught)

    log(cast.ann, "One", about=[acme], with_=[make_contact(cast.ann, "First")], at=at(9))
    log(cast.ann, "Two", about=[acme], at=at(9))
    few = queries()
    for number in range(20):
        log(cast.bob, "More", with_=[make_contact(cast.bob, f"P{number}")], at=at(10))
    assert queries() == few
    assert few <= 13
