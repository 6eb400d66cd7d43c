"""The forecast against figures that were computed by hand, within what its reader sees."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import forget_rights
from crm.pages.testing import browser_of
from projects.forecast import MONTHS, SHOWN
from projects.models import Deal
from projects.services import lose_deal, win_deal
from projects.tests.factories import make_deal, stage
from teams.models import FieldRule, User
from teams.tests.factories import Cast, UserFactory, join, make_cast

pytestmark = pytest.mark.django_db
FORECAST, LIST = reverse("deals:forecast"), reverse("deals:list")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hide(user: User, *fields: str) -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access="hidden")
    forget_rights(user)


def forecast(user: User, **parameters: Any) -> Any:
    response = browser_of(user).get(FORECAST, parameters)
    assert response.status_code == 200
    return response.context["list"]


def shown(user: User, **parameters: Any) -> str:
    return browser_of(user).get(FORECAST, parameters).content.decode()


def lines(row: Any) -> list[tuple[int, str, str, str]]:
    return [(line.count, line.amount, line.weighted, line.won) for line in row.lines]


def table(user: User, **parameters: Any) -> dict[str, list[tuple[int, str, str, str]]]:
    """(deals, sum, weighted sum, won) of each currency, by the label of the period."""
    return {period.row.label: lines(period.row) for period in forecast(user, **parameters).periods}


def in_months(count: int) -> date:
    """The fifteenth of a later month."""
    month = timezone.localdate().replace(day=1)
    for _ in range(count):
        month = (month + timedelta(days=32)).replace(day=1)
    return month.replace(day=15)


def label(day: date) -> str:
    return f"{day:%B %Y}"


def make_some_deals(cast: Cast) -> None:
    today, next_month = timezone.localdate(), in_months(1)
    proposal, usd, eur = stage("Proposal"), {"currency": "USD"}, {"currency": "EUR"}
    # Of new inquiries one in ten comes off, of proposals one in two, unless the deal says otherwise.
    make_deal(cast.ann, "A", amount=1000, expected_close=next_month, **usd)
    make_deal(cast.bob, "B", amount=500, expected_close=next_month, stage=proposal, **usd)
    make_deal(cast.bob, "C", amount=300, expected_close=next_month, stage=proposal, probability=75, **eur)
    make_deal(cast.ann, "D", amount=40, expected_close=today, probability=0, **usd)
    make_deal(cast.ann, "E", amount=70, expected_close=today - timedelta(days=1), **usd)
    make_deal(cast.ann, "F", amount=80, **usd)
    make_deal(cast.ann, "G", expected_close=in_months(MONTHS), **usd)
    win_deal(make_deal(cast.bob, "Won", amount=900, expected_close=next_month, **eur), actor=cast.bob)
    win_deal(make_deal(cast.ann, "Won before", amount=5, **eur), actor=cast.ann)
    Deal.objects.filter(name="Won before").update(closed_at=timezone.now() - timedelta(days=40))
    lose_deal(make_deal(cast.ann, "Lost", amount=60, expected_close=today, **usd), "Too dear", actor=cast.ann)
    make_deal(cast.cy, "Cys", amount=11, expected_close=next_month, **usd)


def test_the_figures_are_those_computed_by_hand(cast: Cast) -> None:
    make_some_deals(cast)
    today, next_month = timezone.localdate(), in_months(1)
    assert table(cast.ann) == {
        "Overdue": [(1, "$70", "$7", "")],
        label(today): [(0, "", "", "€900"), (1, "$40", "", "")],
        # 300 × 75%; 1000 × 10% + 500 × 50%.
        label(next_month): [(1, "€300", "€225", ""), (2, "$1,500", "$350", "")],
        "Later": [(1, "", "", "")],
        "Without a date": [(1, "$80", "$8", "")],
    }
    page = forecast(cast.ann)
    assert lines(page.total) == [(1, "€300", "€225", "€900"), (6, "$1,690", "$365", "")]
    assert page.count == "7"
    # 11 × 10% = 1.1, in whole units.
    assert table(cast.cy) == {label(today): [], label(next_month): [(1, "$11", "$1", "")]}


def test_owners_and_stages_stand_in_rows_of_their_own(cast: Cast) -> None:
    make_some_deals(cast)
    next_month = label(in_months(1))

    def groups(by: str) -> dict[str, list[tuple[int, str, str, str]]]:
        (period,) = (each for each in forecast(cast.ann, by=by).periods if each.row.label == next_month)
        return {row.label: lines(row) for row in period.groups}

    assert groups("owner") == {
        str(cast.ann): [(1, "$1,000", "$100", "")],
        str(cast.bob): [(1, "€300", "€225", ""), (1, "$500", "$250", "")],
    }
    assert list(groups("stage").items()) == [
        ("New inquiry", [(1, "$1,000", "$100", "")]),
        ("Proposal", [(1, "€300", "€225", ""), (1, "$500", "$250", "")]),
    ]
    assert groups("nonsense") == {}


def test_more_owners_than_are_shown_are_summed_up(cast: Cast) -> None:
    team = cast.ann.teams.get()
    for number in range(SHOWN + 2):
        colleague = join(UserFactory(role=cast.ann.role), team)
        make_deal(colleague, amount=10, currency="USD", expected_close=in_months(1))
        if number < SHOWN:
            make_deal(colleague, amount=10, currency="USD", expected_close=in_months(1))
    period = forecast(cast.ann, by="owner").periods[-1]
    assert len(period.groups) == SHOWN + 1
    assert (period.groups[-1].label, lines(period.groups[-1])) == ("All others", [(2, "$20", "$2", "")])


def test_every_figure_leads_to_the_deals_that_it_is_made_of(cast: Cast) -> None:
    make_some_deals(cast)
    filters = {"amount_from": "45", "close_from": "2020-01-01"}
    for parameters in ({"by": "owner"}, {"by": "stage"}, filters):
        rows = [row for period in forecast(cast.ann, **parameters).periods for row in (period.row, *period.groups)]
        assert len(rows) > 2
        for row in rows:
            for url, expected in (
                (row.open_url, sum(line.count for line in row.lines)),
                (row.won_url, sum(bool(line.won) for line in row.lines)),
            ):
                found = browser_of(cast.ann).get(url).context["list"].rows if url else []
                assert len(found) == expected, (row.label, url)


def test_fields_out_of_sight_are_in_no_figure(cast: Cast) -> None:
    make_some_deals(cast)
    assert all(text in shown(cast.bob, by="owner") for text in ("$350", "$1,500", str(cast.ann)))
    hide(cast.bob, "probability", "owner")
    page = shown(cast.bob, by="owner")
    assert "$1,500" in page
    assert not any(text in page for text in ("$350", "Weighted", str(cast.ann), "fc-share"))
    hide(cast.bob, "amount")
    assert not any(text in shown(cast.bob) for text in ("1,500", "€900", "$"))
    assert [line[0] for line in table(cast.bob)[label(in_months(1))]] == [3]
    hide(cast.bob, "stage")
    assert browser_of(cast.bob).get(FORECAST).status_code == 403
    assert f'href="{FORECAST}"' not in browser_of(cast.bob).get(LIST).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_deals(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(cast.ann, by="owner")
        return len(captured)

    make_deal(cast.ann, expected_close=in_months(1))
    queries()
    few = queries()
    for number in range(20):
        make_deal((cast.ann, cast.bob)[number % 2], amount=number, expected_close=in_months(number % 14))
    assert queries() == few
