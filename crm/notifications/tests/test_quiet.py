"""Quiet hours by the clock on the wall, on ordinary days and on those on which it is put forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.notifications.quiet import after_quiet, is_within

KYIV = ZoneInfo("Europe/Kyiv")
NIGHT, NOON = (time(22), time(7)), (time(12), time(13, 30))


def at(text: str, zone: ZoneInfo = KYIV) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("hours", "moment", "end"),
    [
        (NIGHT, "2026-06-10T21:59", "2026-06-10T21:59"),
        (NIGHT, "2026-06-10T22:00", "2026-06-11T07:00"),
        (NIGHT, "2026-06-11T03:00", "2026-06-11T07:00"),
        (NIGHT, "2026-06-11T07:00", "2026-06-11T07:00"),
        (NOON, "2026-06-10T12:10", "2026-06-10T13:30"),
        (NOON, "2026-06-10T13:30", "2026-06-10T13:30"),
        (None, "2026-06-10T03:00", "2026-06-10T03:00"),
        # The clock is put forward from 3:00 to 4:00.
        (NIGHT, "2026-03-28T23:00", "2026-03-29T07:00"),
        ((time(1), time(3, 30)), "2026-03-29T02:00", "2026-03-29T04:30"),
        # And back from 4:00 to 3:00.
        (NIGHT, "2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_a_mail_waits_for_the_end_of_quiet_hours(hours: tuple[time, time] | None, moment: str, end: str) -> None:
    assert after_quiet(at(moment).astimezone(UTC), hours, KYIV) == at(end)


def test_an_end_that_the_clock_shows_twice_is_over_the_second_time() -> None:
    hours, first = (time(1), time(3, 30)), datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    for moment in (first, first + timedelta(hours=1)):
        assert moment.astimezone(KYIV).time() == time(3, 15)
        assert after_quiet(moment, hours, KYIV) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


ZONES = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])
MOMENTS = st.integers(1_700_000_000, 1_830_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(MOMENTS, st.times(), st.times(), ZONES)
def test_the_end_is_never_before_the_moment_nor_in_quiet_hours_and_no_more_than_a_day_away(
    moment: datetime, begin: time, end: time, zone: str
) -> None:
    hours = (begin.replace(microsecond=0), end.replace(microsecond=0))
    if hours[0] == hours[1]:
        return
    after = after_quiet(moment, hours, ZoneInfo(zone))
    assert moment <= after <= moment + timedelta(hours=25)
    wall, before = (one.astimezone(ZoneInfo(zone)) for one in (after, after - timedelta(hours=3)))
    # Where the clock was put forward over the end, another time stands on the wall.
    is_ordinary = wall.utcoffset() == before.utcoffset()
    if after != moment and is_ordinary:
        assert wall.time() == hours[1]
    if is_ordinary:
        assert not is_within(wall.time(), hours)
