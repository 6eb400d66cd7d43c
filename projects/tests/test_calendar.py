"""The calendar of deals: each on the day of its expected close, with sums of days, weeks and the month."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import forget_rights
from crm.pages.testing import browser_of, without_ids
from projects.calendar import SHOWN
from projects.services import lose_deal, win_deal
from projects.tests.factories import make_deal
from teams.models import FieldRule, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
CALENDAR, LIST = reverse("deals:calendar"), reverse("deals:list")
MONTH = "2031-05"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hide(user: User, *fields: str) -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access="hidden")
    forget_rights(user)


def calendar(user: User, **parameters: Any) -> Any:
    response = browser_of(user).get(CALENDAR, {"month": MONTH, **parameters})
    assert response.status_code == 200
    return response.context["list"]


def shown(user: User, **parameters: Any) -> str:
    return without_ids(browser_of(user).get(CALENDAR, {"month": MONTH, **parameters}).content.decode())


def days(user: User, **parameters: Any) -> dict[int, tuple[list[str], int, list[str]]]:
    """(titles, how many more, sums) by the day of the month, of days that have deals."""
    found = (day for week in calendar(user, **parameters).weeks for day in week.days)
    return {
        day.day.day: ([entry.deal.name for entry in day.entries], day.more, day.totals.sums)
        for day in found
        if day.totals.count
    }


def test_deals_stand_on_their_days_with_sums_of_what_the_reader_sees(cast: Cast) -> None:
    make_deal(cast.ann, "Portal", amount=100, currency="USD", expected_close=date(2031, 5, 6))
    make_deal(cast.bob, "Support", amount=30, currency="USD", expected_close=date(2031, 5, 6))
    make_deal(cast.bob, "Audit", amount=7, currency="EUR", expected_close=date(2031, 5, 9))
    make_deal(cast.ann, "Next month", amount=1, expected_close=date(2031, 6, 1))
    make_deal(cast.ann, "Undated", amount=1)
    make_deal(cast.cy, "Cys", amount=5, currency="USD", expected_close=date(2031, 5, 6))
    page = calendar(cast.ann)
    assert days(cast.ann) == {6: (["Portal", "Support"], 0, ["$130"]), 9: (["Audit"], 0, ["€7"])}
    assert [(week.totals.count, week.totals.sums) for week in page.weeks if week.totals.count] == [(3, ["€7", "$130"])]
    assert (page.totals.count, page.totals.sums) == (3, ["€7", "$130"])
    assert days(cast.cy) == {6: (["Cys"], 0, ["$5"])}
    assert days(cast.ann, owner=cast.bob.pk) == {6: (["Support"], 0, ["$30"]), 9: (["Audit"], 0, ["€7"])}


def test_a_full_day_leads_on_to_its_list(cast: Cast) -> None:
    for number in range(SHOWN + 3):
        make_deal(cast.ann, f"Deal {number}", amount=number, currency="USD", expected_close=date(2031, 5, 6))
    make_deal(cast.cy, "Cys", expected_close=date(2031, 5, 6))
    dearest = [f"Deal {number}" for number in range(SHOWN + 2, 2, -1)]
    assert days(cast.ann, q="deal") == {6: (dearest, 3, ["$21"])}
    page = shown(cast.ann, q="deal")
    assert "+3 more" in page
    assert f'href="{LIST}?q=deal&amp;close_from=2031-05-06&amp;close_to=2031-05-06"' in page
    list_url = f"{LIST}?q=deal&close_from=2031-05-06&close_to=2031-05-06"
    assert len(browser_of(cast.ann).get(list_url).context["list"].rows) == SHOWN + 3


def test_lost_deals_are_in_no_sum_unless_they_alone_are_asked_for(cast: Cast) -> None:
    made = {"currency": "USD", "expected_close": date(2031, 5, 6)}
    make_deal(cast.ann, "Open", amount=1, **made)
    win_deal(make_deal(cast.ann, "Won", amount=10, **made), actor=cast.ann)
    lose_deal(make_deal(cast.ann, "Lost", amount=100, **made), "Too dear", actor=cast.ann)
    assert days(cast.ann) == {6: (["Lost", "Won", "Open"], 0, ["$11"])}
    assert days(cast.ann, state="lost") == {6: (["Lost"], 0, ["$100"])}
    # Whoever sees no stages would learn by the difference which one is lost.
    hide(cast.ann, "stage")
    assert days(cast.ann) == {6: (["Lost", "Won", "Open"], 0, ["$111"])}
    assert "is-lost" not in shown(cast.ann)


def test_hidden_amounts_neither_show_nor_order_and_hidden_dates_leave_no_calendar(cast: Cast) -> None:
    for name, amount in (("A cheap one", 1), ("B dear one", 987654)):
        make_deal(cast.ann, name, amount=amount, expected_close=date(2031, 5, 6))
    assert "987,65" in shown(cast.bob)
    assert days(cast.bob)[6][0] == ["B dear one", "A cheap one"]
    hide(cast.bob, "amount")
    assert "987" not in shown(cast.bob)
    assert days(cast.bob) == {6: (["A cheap one", "B dear one"], 0, [])}
    hide(cast.bob, "expected_close")
    assert browser_of(cast.bob).get(CALENDAR).status_code == 403
    assert f'href="{CALENDAR}"' not in browser_of(cast.bob).get(LIST).content.decode()


def test_months_are_leafed_through_and_weeks_begin_as_the_language_has_it(cast: Cast) -> None:
    make_deal(cast.ann)
    page = calendar(cast.ann)
    assert (page.earlier_url, page.later_url, page.present_url) == ("?month=2031-04", "?month=2031-06", "?")
    assert [week.days[0].day for week in page.weeks][:2] == [date(2031, 4, 27), date(2031, 5, 4)]
    cast.ann.language = "uk"
    cast.ann.save()
    assert [week.days[0].day for week in calendar(cast.ann).weeks][:2] == [date(2031, 4, 28), date(2031, 5, 5)]
    for wrong in ("", "x", "2031-13", "0001-01", "9999-12", "2031-05-06", "\0", "9" * 5000):
        assert calendar(cast.ann, month=wrong).month == timezone.localdate().replace(day=1)
    assert calendar(cast.ann, month="2199-12").later_url == ""
    assert calendar(cast.ann, month="1900-01").earlier_url == ""


def test_the_number_of_queries_does_not_grow_with_the_deals(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(cast.ann)
        return len(captured)

    make_deal(cast.ann, expected_close=date(2031, 5, 1))
    queries()
    few = queries()
    for number in range(20):
        make_deal(cast.ann, expected_close=date(2031, 5, 1) + timedelta(days=number))
    assert queries() == few
