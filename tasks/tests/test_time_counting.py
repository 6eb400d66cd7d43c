"""Durations as they are typed, rounding, and clocks: elapsed minutes, cut at midnights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.time.clock import is_forgotten, pieces_of
from tasks.time.durations import NoDuration, TooLong, duration_text, minutes_of
from tasks.time.rounding import rounded_minutes

KYIV = ZoneInfo("Europe/Kyiv")
ZONES = ("Europe/Kyiv", "America/New_York", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1:30", 90),
        ("1,5", 90),
        ("1.5", 90),
        ("90m", 90),
        ("1h 30m", 90),
        ("1h30", 90),
        ("1 год 30 хв", 90),
        ("1ч 30м", 90),
        ("2", 120),
        (":45", 45),
        ("0:05", 5),
        ("0.01", 1),
        ("24:00", 1440),
        ("", 0),
        ("０:３０", 30),
    ],
)
def test_durations_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize(
    "typed", ["NaN", "1e9", "-1", "1:75", "inf", "h", "1:2:3", "½½", "1\0", "9" * 30, "1h 2h", ":"]
)
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(NoDuration):
        minutes_of(typed)


@pytest.mark.parametrize("typed", ["25:00", "24:01", "99999", "1441m"])
def test_a_day_has_24_hours(typed: str) -> None:
    with pytest.raises(TooLong):
        minutes_of(typed)


@given(st.integers(0, 1440))
def test_what_is_told_is_read_back(minutes: int) -> None:
    assert minutes_of(duration_text(minutes)) == minutes


@given(st.integers(1, 1440), st.sampled_from([5, 6, 10, 15, 30]))
def test_rounding_goes_to_the_next_step_and_never_to_nothing(minutes: int, step: int) -> None:
    up, nearest = (rounded_minutes(minutes, step, is_up=way) for way in (True, False))
    assert up % step == nearest % step == 0
    assert minutes <= up < minutes + step
    assert nearest > 0
    assert abs(nearest - minutes) * 2 <= step or nearest == step
    assert rounded_minutes(minutes, 0, is_up=True) == minutes


def moment(text: str, zone: ZoneInfo = KYIV) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_run_over_midnight_is_cut_there() -> None:
    pieces = pieces_of(moment("2026-03-03T23:30:40"), moment("2026-03-04T01:15:10"), KYIV)
    assert [(piece.day, piece.minutes) for piece in pieces] == [(date(2026, 3, 3), 29), (date(2026, 3, 4), 75)]


def test_hours_that_the_clock_skips_or_repeats_are_counted_as_they_pass() -> None:
    """In Kyiv the clock goes from 3 to 4 on 29 March 2026, and from 4 to 3 on 25 October."""
    skipped = pieces_of(moment("2026-03-29T02:30"), moment("2026-03-29T04:30"), KYIV)
    repeated = pieces_of(moment("2026-10-25T02:30"), moment("2026-10-25T04:30"), KYIV)
    assert [piece.minutes for piece in skipped] == [60]
    assert [piece.minutes for piece in repeated] == [180]


def test_a_midnight_that_does_not_exist_is_the_first_moment_of_its_day() -> None:
    """Beirut puts its clock from 0 to 1 at the beginning of 29 March 2026."""
    beirut = ZoneInfo("Asia/Beirut")
    pieces = pieces_of(moment("2026-03-28T23:30", beirut), moment("2026-03-29T01:30", beirut), beirut)
    assert [(piece.day.day, piece.minutes) for piece in pieces] == [(28, 30), (29, 30)]


@given(
    st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    st.integers(0, 3 * 24 * 3600),
    st.sampled_from(ZONES),
)
def test_pieces_are_days_in_order_and_add_up_to_what_passed(start: datetime, seconds: int, name: str) -> None:
    starts, zone = start.replace(tzinfo=UTC, microsecond=0), ZoneInfo(name)
    pieces = pieces_of(starts, starts + timedelta(seconds=seconds), zone)
    assert sum(piece.minutes for piece in pieces) == max(1, seconds // 60)
    days = [piece.day for piece in pieces]
    assert days == sorted(set(days))
    for piece in pieces:
        assert piece.starts.astimezone(zone).date() == piece.day


def test_a_timer_of_more_than_twelve_hours_was_forgotten() -> None:
    now = moment("2026-03-04T12:00")
    assert not is_forgotten(now - timedelta(hours=12), now)
    assert is_forgotten(now - timedelta(hours=12, seconds=1), now)
