"""The days of rules, against dates that were worked out by hand over clocks that change, and against a calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tasks.models import Repeats
from tasks.recurrence import Due, comes_at_all, kept_on_its_day, next_due, occurrences_between, parse_rule

KYIV, MOSCOW, NEW_YORK = "Europe/Kyiv", "Europe/Moscow", "America/New_York"
END = "-"
# A rule, where the clock hangs, the first one, and those that follow when each is done on time.
SERIES = """
# Kyiv: clocks go on at 03:00 on 2026-03-29, and back at 04:00 on 2026-10-25.
DAILY | Kyiv | 2026-03-28 09:00+02:00 | 2026-03-29 09:00+03:00, 2026-03-30 09:00+03:00
DAILY | Kyiv | 2026-03-27 03:30+02:00 | 2026-03-28 03:30+02:00, 2026-03-29 04:30+03:00, 2026-03-30 03:30+03:00
DAILY | Kyiv | 2026-10-24 03:30+03:00 | 2026-10-25 03:30+03:00, 2026-10-26 03:30+02:00
DAILY | Kyiv | 2026-10-24 09:00+03:00 | 2026-10-25 09:00+02:00, 2026-10-26 09:00+02:00
DAILY;BYDAY=MO,TU,WE,TH,FR | Kyiv | 2026-03-27 10:00+02:00 | 2026-03-30 10:00+03:00, 2026-03-31 10:00+03:00
WEEKLY | Kyiv | 2026-03-22 03:00+02:00 | 2026-03-29 04:00+03:00, 2026-04-05 03:00+03:00
WEEKLY;INTERVAL=2 | Kyiv | 2026-10-19 08:00+03:00 | 2026-11-02 08:00+02:00, 2026-11-16 08:00+02:00
MONTHLY;BYDAY=-1SU | Kyiv | 2026-02-22 03:15+02:00 | 2026-03-29 04:15+03:00, 2026-04-26 03:15+03:00
MONTHLY;BYDAY=-1SU | Kyiv | 2026-09-27 03:59+03:00 | 2026-10-25 03:59+03:00, 2026-11-29 03:59+02:00
MONTHLY | Kyiv | 2026-03-15 09:00+02:00 | 2026-04-15 09:00+03:00, 2026-05-15 09:00+03:00
YEARLY | Kyiv | 2026-10-25 03:30+03:00 | 2027-10-25 03:30+03:00, 2028-10-25 03:30+03:00
DAILY;UNTIL=20261201T070000Z | Kyiv | 2026-11-30 09:00+02:00 | 2026-12-01 09:00+02:00, -
DAILY;UNTIL=20261201T065959Z | Kyiv | 2026-11-30 09:00+02:00 | -
DAILY;UNTIL=20261201T090000 | Kyiv | 2026-11-30 09:00+02:00 | 2026-12-01 09:00+02:00, -
DAILY;UNTIL=20261201 | Kyiv | 2026-11-30 23:30+02:00 | 2026-12-01 23:30+02:00, -
# Moscow: on at 02:00 on 2011-03-27; on 2014-10-26 back at 02:00 for the last time.
DAILY | Moscow | 2011-03-26 02:30+03:00 | 2011-03-27 03:30+04:00, 2011-03-28 02:30+04:00
DAILY | Moscow | 2014-10-25 01:30+04:00 | 2014-10-26 01:30+04:00, 2014-10-27 01:30+03:00
DAILY | Moscow | 2014-10-25 09:00+04:00 | 2014-10-26 09:00+03:00, 2014-10-27 09:00+03:00
YEARLY | Moscow | 2013-10-26 01:15+04:00 | 2014-10-26 01:15+04:00, 2015-10-26 01:15+03:00
MONTHLY | Moscow | 2014-09-30 10:00+04:00 | 2014-10-30 10:00+03:00, 2014-11-30 10:00+03:00
DAILY | Moscow | 2026-03-28 03:30+03:00 | 2026-03-29 03:30+03:00, 2026-03-30 03:30+03:00
WEEKLY | Moscow | 2026-10-18 02:30+03:00 | 2026-10-25 02:30+03:00, 2026-11-01 02:30+03:00
# New York: on at 02:00 on 2026-03-08, and back at 02:00 on 2026-11-01.
DAILY | New York | 2026-03-07 02:30-05:00 | 2026-03-08 03:30-04:00, 2026-03-09 02:30-04:00
DAILY | New York | 2026-10-31 01:30-04:00 | 2026-11-01 01:30-04:00, 2026-11-02 01:30-05:00
DAILY;INTERVAL=10 | New York | 2026-10-25 12:00-04:00 | 2026-11-04 12:00-05:00, 2026-11-14 12:00-05:00
WEEKLY;BYDAY=SU | New York | 2026-03-01 09:00-05:00 | 2026-03-08 09:00-04:00, 2026-03-15 09:00-04:00
MONTHLY;BYDAY=1SU | New York | 2026-10-04 01:00-04:00 | 2026-11-01 01:00-04:00, 2026-12-06 01:00-05:00
MONTHLY;BYDAY=2SU | New York | 2026-02-08 02:00-05:00 | 2026-03-08 03:00-04:00, 2026-04-12 02:00-04:00
# Ends of months, and leap days.
MONTHLY | Kyiv | 2026-01-31 | 2026-03-31, 2026-05-31
MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 | Kyiv | 2026-01-31 | 2026-02-28, 2026-03-31, 2026-04-30
MONTHLY;BYMONTHDAY=-1 | Kyiv | 2028-01-31 | 2028-02-29, 2028-03-31
MONTHLY;BYMONTHDAY=-2 | Kyiv | 2026-01-30 | 2026-02-27, 2026-03-30
MONTHLY;INTERVAL=3;BYMONTHDAY=31 | Kyiv | 2026-01-31 | 2026-07-31, 2026-10-31, 2027-01-31
YEARLY | Kyiv | 2028-02-29 | 2032-02-29, 2036-02-29
YEARLY | Kyiv | 2096-02-29 | 2104-02-29, 2108-02-29
YEARLY;BYMONTH=2;BYMONTHDAY=-1 | Kyiv | 2027-02-28 | 2028-02-29, 2029-02-28
DAILY;INTERVAL=3 | Kyiv | 2028-02-27 | 2028-03-01, 2028-03-04
# The first, the last, the fifth; and one of several.
MONTHLY;BYDAY=-1FR | Kyiv | 2026-01-30 | 2026-02-27, 2026-03-27, 2026-04-24
MONTHLY;BYDAY=1MO | Kyiv | 2026-01-05 | 2026-02-02, 2026-03-02, 2026-04-06
MONTHLY;BYDAY=5FR | Kyiv | 2026-01-30 | 2026-05-29, 2026-07-31
MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 | Kyiv | 2026-01-30 | 2026-02-27, 2026-03-31, 2026-04-30, 2026-05-29
MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 | Kyiv | 2026-01-01 | 2026-02-02, 2026-03-02, 2026-04-01, 2026-05-01
MONTHLY;BYDAY=TU,TH;BYSETPOS=2 | Kyiv | 2026-01-06 | 2026-02-05, 2026-03-05, 2026-04-07
MONTHLY;BYDAY=FR;BYMONTHDAY=13 | Kyiv | 2026-02-13 | 2026-03-13, 2026-11-13
YEARLY;BYMONTH=11;BYDAY=4TH | New York | 2026-11-26 | 2027-11-25, 2028-11-23
YEARLY;BYMONTH=3,9;BYMONTHDAY=1 | Kyiv | 2026-03-01 | 2026-09-01, 2027-03-01
YEARLY;BYDAY=20MO | New York | 1997-05-19 | 1998-05-18, 1999-05-17
YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8 | New York | 1996-11-05 | 2000-11-07, 2004-11-02
# Weeks, and the day that they start on.
WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO | New York | 1997-08-05 | 1997-08-10, 1997-08-19, 1997-08-24
WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU | New York | 1997-08-05 | 1997-08-17, 1997-08-19, 1997-08-31
WEEKLY;BYDAY=MO,TH | Kyiv | 2026-11-30 | 2026-12-03, 2026-12-07, 2026-12-10
WEEKLY;INTERVAL=3;BYDAY=WE | Kyiv | 2026-11-18 | 2026-12-09, 2026-12-30, 2027-01-20
# Ends.
DAILY;COUNT=3 | Kyiv | 2026-11-29 | 2026-11-30, 2026-12-01, -
DAILY;UNTIL=20261201 | Kyiv | 2026-11-29 | 2026-11-30, 2026-12-01, -
WEEKLY;COUNT=1 | Kyiv | 2026-11-29 | -
DAILY | Kyiv | 2199-12-30 | 2199-12-31, -
"""
# A rule, how it is counted, when it was due, when it was done, and what follows; all in Kyiv.
LATE_AND_EARLY = """
WEEKLY;BYDAY=MO | schedule | 2026-11-02 | 2026-11-25 12:00+02:00 | 2026-11-30
WEEKLY | schedule | 2026-11-30 | 2026-11-25 12:00+02:00 | 2026-12-07
DAILY | schedule | 2026-11-01 | 2026-11-20 12:00+02:00 | 2026-11-20
DAILY | schedule | 2026-11-01 09:00+02:00 | 2026-11-20 12:00+02:00 | 2026-11-21 09:00+02:00
DAILY | schedule | 2026-11-01 18:00+02:00 | 2026-11-20 12:00+02:00 | 2026-11-20 18:00+02:00
DAILY | schedule | 1996-11-01 18:00+02:00 | 2026-11-20 12:00+02:00 | 2026-11-20 18:00+02:00
DAILY;INTERVAL=3 | done | 2026-11-20 | 2026-11-25 14:00+02:00 | 2026-11-28
DAILY | done | 2026-11-20 | 2026-11-25 22:30+00:00 | 2026-11-27
DAILY | done | 2026-03-20 03:30+02:00 | 2026-03-28 12:00+02:00 | 2026-03-29 04:30+03:00
WEEKLY | done | 2026-10-19 09:00+03:00 | 2026-10-22 17:00+03:00 | 2026-10-29 09:00+02:00
WEEKLY;BYDAY=MO | done | 2026-11-16 | 2026-11-23 10:00+02:00 | 2026-11-30
MONTHLY | done | 2026-01-20 | 2026-01-31 10:00+02:00 | 2026-02-28
YEARLY | done | 2028-02-20 | 2028-02-29 10:00+02:00 | 2029-02-28
DAILY;INTERVAL=3;UNTIL=20261127 | done | 2026-11-20 | 2026-11-25 14:00+02:00 | -
"""
ZONES = {"Kyiv": KYIV, "Moscow": MOSCOW, "New York": NEW_YORK}


def rows(table: str) -> list[tuple[str, ...]]:
    lines = [line for line in table.strip().splitlines() if not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def read(text: str, zone: str) -> Due:
    if len(text) == len("2026-11-29"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment.astimezone(ZoneInfo(zone))


def written(due: Due) -> str:
    return due.isoformat(" ", "minutes") if isinstance(due, datetime) else due.isoformat()


@pytest.mark.parametrize(("rule", "place", "first", "expected"), rows(SERIES))
def test_each_follows_the_one_before_at_the_same_time_on_the_wall(
    rule: str, place: str, first: str, expected: str
) -> None:
    zone = ZoneInfo(ZONES[place])
    due, carried = read(first, ZONES[place]), parse_rule(f"FREQ={rule}")
    found = []
    for _number in expected.split(","):
        after = due if isinstance(due, datetime) else datetime.combine(due, datetime.min.time(), tzinfo=zone)
        follower = next_due(carried, due, zone, after=after, repeats=Repeats.ON_SCHEDULE)
        if follower is None:
            found.append(END)
            break
        # Between two of them it is a text in a row.
        due, carried = follower.due, parse_rule(str(follower.rule))
        found.append(written(due))
    assert found == expected.split(", ")


@pytest.mark.parametrize(("rule", "repeats", "due", "done", "expected"), rows(LATE_AND_EARLY))
def test_what_was_missed_is_not_made_up_for(rule: str, repeats: str, due: str, done: str, expected: str) -> None:
    found = next_due(
        parse_rule(f"FREQ={rule}"),
        read(due, KYIV),
        ZoneInfo(KYIV),
        after=datetime.fromisoformat(done),
        repeats=repeats,
    )
    assert (written(found.due) if found else END) == expected


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    rule = kept_on_its_day(parse_rule("FREQ=MONTHLY"), date(2026, 1, 30))
    assert str(rule) == "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"
    leap = kept_on_its_day(parse_rule("FREQ=YEARLY"), date(2028, 2, 29))
    following = occurrences_between(
        leap, date(2028, 2, 29), UTC, datetime(2028, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC), 10
    )
    assert following == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]
    for text, day in (("FREQ=MONTHLY", date(2026, 1, 28)), ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 1, 31))):
        assert kept_on_its_day(parse_rule(text), day) == parse_rule(text)


def test_a_window_shows_what_is_left_of_a_count() -> None:
    zone = ZoneInfo(KYIV)
    due = datetime(2026, 10, 20, 9, tzinfo=zone)
    window = datetime(2026, 10, 24, tzinfo=zone), datetime(2027, 1, 1, tzinfo=zone)
    counted = occurrences_between(parse_rule("FREQ=DAILY;COUNT=7"), due, zone, *window, 10)
    assert [written(one) for one in counted] == [
        "2026-10-24 09:00+03:00",
        "2026-10-25 09:00+02:00",
        "2026-10-26 09:00+02:00",
    ]
    assert len(occurrences_between(parse_rule("FREQ=DAILY"), due, zone, *window, 10)) == 10
    assert occurrences_between(parse_rule("FREQ=DAILY;UNTIL=20261023"), due, zone, *window, 10) == []


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 4))}"]
    numbers = [""] if freq in ("DAILY", "WEEKLY") else ["", "", "1", "2", "-1"]
    days = draw(st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3, unique=True))
    if days:
        parts.append("BYDAY=" + ",".join(draw(st.sampled_from(numbers)) + day for day in days))
    dates = draw(st.lists(st.integers(1, 31) | st.integers(-31, -1), max_size=3, unique=True))
    dates = [] if freq == "WEEKLY" else dates
    if dates:
        parts.append("BYMONTHDAY=" + ",".join(map(str, dates)))
    months = draw(st.lists(st.integers(1, 12), max_size=2, unique=True))
    if months:
        parts.append("BYMONTH=" + ",".join(map(str, months)))
    if (days or dates) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, 2, -1]))}")
    parts += draw(st.sampled_from([[], ["COUNT=5"], ["WKST=SU"]]))
    return ";".join(parts)


@settings(max_examples=200, deadline=None, database=None)
@given(
    text=rule_texts(),
    zone=st.sampled_from([KYIV, MOSCOW, NEW_YORK]),
    first=st.datetimes(datetime(2008, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001
    is_day=st.booleans(),
)
def test_a_calendar_shows_the_same_days(text: str, zone: str, first: datetime, is_day: bool) -> None:
    place = ZoneInfo(zone)
    wall = first.replace(second=0, microsecond=0, fold=0)
    start = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place)
    # Neither begins at a time that the clocks skip.
    assume(start.replace(tzinfo=None, fold=0) == wall)
    due = wall.date() if is_day else start
    rule = parse_rule(text)
    # The library looks for what never comes until the year 9999.
    assume(comes_at_all(rule, due))
    length = 100 if "DAILY" in text or "WEEKLY" in text else 1200
    window = start - timedelta(days=2), start + timedelta(days=length)
    begin = f"DTSTART;VALUE=DATE:{wall:%Y%m%d}" if is_day else f"DTSTART;TZID={zone}:{wall:%Y%m%dT%H%M%S}"
    calendar = Calendar.from_ical(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
        f"{begin}\r\nRRULE:{text}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    shown = [_instant(event.start) for event in recurring_ical_events.of(calendar).between(*window)]
    # One that begins on a day that is none of its rule counts differently: the task is the first of its series.
    assume("COUNT" not in text or len(shown) <= 5)
    found = occurrences_between(rule, due, place, *window, 5_000)
    assert [_instant(one) for one in found] == sorted(one for one in shown if one > _instant(due))


def _instant(due: Due) -> str:
    return due.astimezone(UTC).isoformat() if isinstance(due, datetime) else due.isoformat()
