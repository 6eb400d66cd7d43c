"""Moments in natural words: what people write in three languages, and what holds in every zone at every time."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contacts.moments import Moment, NotAMoment, Prefer, read_moment

KYIV = ZoneInfo("Europe/Kyiv")
# A Wednesday.
NOW = datetime(2026, 11, 18, 14, 30, 20, tzinfo=KYIV)

# A result without a time is a day: it comes at the time of day of now.
PAST = {
    "en": {
        "yesterday 15:00": "2026-11-17 15:00",
        "Yesterday, 15:00": "2026-11-17 15:00",
        "yesterday at 3pm": "2026-11-17 15:00",
        "15:00 yesterday": "2026-11-17 15:00",
        "yesterday evening at 7": "2026-11-17 19:00",
        "yesterday morning": "2026-11-17 09:00",
        "last night": "2026-11-17 18:00",
        "today": "2026-11-18",
        "today at 9": "2026-11-18 09:00",
        "this morning at 8": "2026-11-18 08:00",
        "the day before yesterday": "2026-11-16",
        "2 days ago": "2026-11-16",
        "2 days ago 15:00": "2026-11-16 15:00",
        "a week ago": "2026-11-11",
        "last month": "2026-10-18",
        "an hour ago": "2026-11-18 13:30:20",
        "half an hour ago": "2026-11-18 14:00:20",
        "1 hour 20 minutes ago": "2026-11-18 13:10:20",
        "2h ago": "2026-11-18 12:30:20",
        "1.5 hours ago": "2026-11-18 13:00:20",
        "just now": "2026-11-18 14:30:20",
        "on Monday": "2026-11-16",
        "this Monday": "2026-11-16",
        "Monday at noon": "2026-11-16 12:00",
        "wednesday": "2026-11-11",
        "Fri. 10:00": "2026-11-13 10:00",
        "last friday 10am": "2026-11-13 10:00",
        "Thu, Mar 12, 2026": "2026-03-12",
        "12.03": "2026-03-12",
        "12.03.26": "2026-03-12",
        "12.03.2026 15:00": "2026-03-12 15:00",
        "2026-03-12 15:00": "2026-03-12 15:00",
        "2026-03-12T15:00": "2026-03-12 15:00",
        "3/12": "2026-03-12",
        "12/3": "2025-12-03",
        "31/3": "2026-03-31",
        "March 12 3pm": "2026-03-12 15:00",
        "the 12th of March": "2026-03-12",
        "18.11": "2026-11-18",
        "19.11": "2025-11-19",
        "29.02": "2024-02-29",
        "10:00": "2026-11-18 10:00",
        "15:00": "2026-11-17 15:00",
        "at 9": "2026-11-18 09:00",
        "12am": "2026-11-18 00:00",
        "midnight": "2026-11-18 00:00",
        "вчора о 9": "2026-11-17 09:00",
    },
    "ru": {
        "вчера в 15:00": "2026-11-17 15:00",
        "Вчера 15:00": "2026-11-17 15:00",
        "вчера в 15.30": "2026-11-17 15:30",
        "вчера в 3 часа дня": "2026-11-17 15:00",
        "вчера в час дня": "2026-11-17 13:00",
        "вчера в 15 часов": "2026-11-17 15:00",
        "вчера вечером в 7": "2026-11-17 19:00",
        "сегодня": "2026-11-18",
        "сегодня 9:30": "2026-11-18 09:30",
        "сегодня в 9 утра": "2026-11-18 09:00",
        "позавчера": "2026-11-16",
        "2 дня назад": "2026-11-16",
        "5 дней назад в 10": "2026-11-13 10:00",
        "неделю назад": "2026-11-11",
        "час назад": "2026-11-18 13:30:20",
        "полчаса назад": "2026-11-18 14:00:20",
        "два часа назад": "2026-11-18 12:30:20",
        "полтора часа назад": "2026-11-18 13:00:20",
        "около 2 часов назад": "2026-11-18 12:30:20",
        "полгода назад": "2026-05-18",
        "пять минут назад": "2026-11-18 14:25:20",
        "только что": "2026-11-18 14:30:20",
        "в понедельник в 10": "2026-11-16 10:00",
        "во вторник": "2026-11-17",
        "в среду": "2026-11-11",
        "в прошлую пятницу": "2026-11-13",
        "в этот понедельник": "2026-11-16",
        "в среду, 11 ноября в 10": "2026-11-11 10:00",
        "12 марта": "2026-03-12",
        "12-го марта в 15:00": "2026-03-12 15:00",
        "12 марта 2026 г. 15:00": "2026-03-12 15:00",
        "3/12": "2025-12-03",
        "3/31": "2026-03-31",
        "12.03": "2026-03-12",
        "в полдень": "2026-11-18 12:00",
        "yesterday 15:00": "2026-11-17 15:00",
    },
    "uk": {
        "учора о 15:00": "2026-11-17 15:00",
        "вчора 15:00": "2026-11-17 15:00",
        "вчора о 7 вечора": "2026-11-17 19:00",
        "вчора зранку": "2026-11-17 09:00",
        "сьогодні": "2026-11-18",
        "сьогодні о 9": "2026-11-18 09:00",
        "позавчора о 18": "2026-11-16 18:00",
        "3 дні тому": "2026-11-15",
        "тиждень тому": "2026-11-11",
        "минулого тижня": "2026-11-11",
        "годину тому": "2026-11-18 13:30:20",
        "півтори години тому": "2026-11-18 13:00:20",
        "п'ять днів тому": "2026-11-13",
        "2 роки тому": "2024-11-18",
        "пів години тому": "2026-11-18 14:00:20",
        "дві години тому": "2026-11-18 12:30:20",
        "1 год 20 хв тому": "2026-11-18 13:10:20",
        "щойно": "2026-11-18 14:30:20",
        "у понеділок о 10": "2026-11-16 10:00",
        "минулого вівторка": "2026-11-17",
        "цього вівторка": "2026-11-17",
        "минулої середи": "2026-11-11",
        "в четвер ввечері": "2026-11-12 18:00",
        "у п'ятницю": "2026-11-13",
        "у п’ятницю о 10:00": "2026-11-13 10:00",
        "в суботу": "2026-11-14",
        "у неділю о 12": "2026-11-15 12:00",
        "середа, 11 листопада о 10": "2026-11-11 10:00",
        "12 березня": "2026-03-12",
        "12 березня 14:30": "2026-03-12 14:30",
        "12 березня 2026 р. 14:30": "2026-03-12 14:30",
        "3/12": "2025-12-03",
        "12.03.2026 р.": "2026-03-12",
        "о 15 годині": "2026-11-17 15:00",
        "вчера в 15:00": "2026-11-17 15:00",
    },
}
FUTURE = {
    "en": {
        "tomorrow": "2026-11-19",
        "tomorrow 10:00": "2026-11-19 10:00",
        "the day after tomorrow at 9": "2026-11-20 09:00",
        "today": "2026-11-18",
        "tonight at 8": "2026-11-18 20:00",
        "in two hours": "2026-11-18 16:30:20",
        "in half an hour": "2026-11-18 15:00:20",
        "in 3 days": "2026-11-21",
        "next thursday": "2026-11-19",
        "wednesday": "2026-11-25",
        "this friday": "2026-11-20",
        "next week": "2026-11-25",
        "18.11": "2026-11-18",
        "17.11": "2027-11-17",
        "29.02": "2028-02-29",
        "15:00": "2026-11-18 15:00",
        "10:00": "2026-11-19 10:00",
    },
    "ru": {
        "завтра": "2026-11-19",
        "завтра в 10": "2026-11-19 10:00",
        "послезавтра в 14": "2026-11-20 14:00",
        "через час": "2026-11-18 15:30:20",
        "через 2 часа": "2026-11-18 16:30:20",
        "через 3 дня": "2026-11-21",
        "в четверг 10:00": "2026-11-19 10:00",
        "в следующий четверг": "2026-11-19",
        "на следующей неделе": "2026-11-25",
    },
    "uk": {
        "завтра о 10:00": "2026-11-19 10:00",
        "післязавтра о 14": "2026-11-20 14:00",
        "через 2 години": "2026-11-18 16:30:20",
        "за годину": "2026-11-18 15:30:20",
        "через тиждень": "2026-11-25",
        "у четвер о 10:00": "2026-11-19 10:00",
        "наступного четверга": "2026-11-19",
    },
}
REFUSED = (
    "", " \t", "9", "2026", "March", "31.02", "29.02.2027", "12.13", "15.30", "25:00", "15:60", "13pm", "10 дня",
    "20260312", "1484823450", "blah", "yesterday\x00", "yesterday blah", "yesterday 15", "yesterday 25:00",
    "10:00 12:00", "12-14 june", "2 days", "2 hours", "3 дня", "в час", "вчера в час", "today tomorrow",
    "1 hour ago 15:00", "yesterday 15:00 UTC", "monday 12.03", "in 2 days ago", "99999 days ago", "9999 years ago",
    "01.01.0001", "yesterday ago", "час двадцать назад", "an 15", "march 31/12", "два дня", "3 марта 15",
    "an est hour ago", "x" * 10_000, "9" * 10_000, "yesterday" + " " * 10_000,
)  # fmt: skip


def phrases(table: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(language, text, meant) for language, rows in table.items() for text, meant in rows.items()]


def expected(meant: str) -> Moment:
    if len(meant) == len("2026-11-18"):
        return Moment(datetime.combine(date.fromisoformat(meant), NOW.time(), tzinfo=KYIV), has_time=False)
    return Moment(datetime.fromisoformat(meant).replace(tzinfo=KYIV), has_time=True)


@pytest.mark.parametrize(("language", "text", "meant"), phrases(PAST))
def test_what_people_write_of_the_past_is_understood(language: str, text: str, meant: str) -> None:
    assert read_moment(text, now=NOW, language=language) == expected(meant)


@pytest.mark.parametrize(("language", "text", "meant"), phrases(FUTURE))
def test_what_people_write_of_the_future_is_understood(language: str, text: str, meant: str) -> None:
    assert read_moment(text, now=NOW, language=language, prefer="future") == expected(meant)


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_what_is_no_moment_or_two_is_refused_with_an_example(language: str) -> None:
    for text in REFUSED:
        with pytest.raises(NotAMoment, match=r"yesterday 15:00|1970"):
            read_moment(text, now=NOW, language=language)
        with pytest.raises(NotAMoment, match=r"tomorrow 10:00|1970"):
            read_moment(text, now=NOW, language=language, prefer="future")
    assert read_moment("yesterday 15:00", now=NOW, language=language).has_time


def test_what_lies_on_the_other_side_of_now_is_refused() -> None:
    for text in ("tomorrow", "in 2 hours", "today 15:00", "18.11 15:00", "this friday", "12.03.2027"):
        assert read_moment(text, now=NOW, language="en", prefer="future").at > NOW
        with pytest.raises(NotAMoment, match="still to come"):
            read_moment(text, now=NOW, language="en")
    for text in ("yesterday", "2 hours ago", "today 10:00", "18.11 10:00", "last friday", "12.03.2026"):
        assert read_moment(text, now=NOW, language="en").at < NOW
        with pytest.raises(NotAMoment, match="already passed"):
            read_moment(text, now=NOW, language="en", prefer="future")


def test_years_are_those_of_people_at_work() -> None:
    assert read_moment("01.01.1970", now=NOW, language="en").at.year == 1970
    assert read_moment("31.12.2100", now=NOW, language="en", prefer="future").at.year == 2100
    for text in ("31.12.1969", "01.01.2101", "80 years ago"):
        with pytest.raises(NotAMoment, match="between 1970 and 2100"):
            read_moment(text, now=NOW, language="en")


def test_a_language_with_a_country_is_read_as_the_language_and_a_foreign_one_as_english() -> None:
    assert read_moment("3/12", now=NOW, language="en-us") == expected("2026-03-12")
    assert read_moment("3/12", now=NOW, language="ru-ua") == expected("2025-12-03")
    assert read_moment("3/12", now=NOW, language="ar") == expected("2026-03-12")


def test_a_time_that_the_clocks_skip_moves_forward_and_one_that_comes_twice_is_the_first() -> None:
    spring = datetime(2026, 3, 30, 12, tzinfo=KYIV)
    assert str(read_moment("yesterday 03:30", now=spring, language="en").at) == "2026-03-29 04:30:00+03:00"
    autumn = datetime(2026, 10, 26, 12, tzinfo=KYIV)
    assert str(read_moment("yesterday 03:30", now=autumn, language="en").at) == "2026-10-25 03:30:00+03:00"


def test_days_are_counted_by_the_calendar_and_hours_by_what_has_passed() -> None:
    sunday = datetime(2026, 3, 29, 12, tzinfo=KYIV)
    assert str(read_moment("yesterday 12:00", now=sunday, language="en").at) == "2026-03-28 12:00:00+02:00"
    assert str(read_moment("24 hours ago", now=sunday, language="en").at) == "2026-03-28 11:00:00+02:00"
    second = datetime(2026, 10, 25, 3, 30, fold=1, tzinfo=KYIV)
    assert str(read_moment("an hour ago", now=second, language="en").at) == "2026-10-25 03:30:00+03:00"
    assert read_moment("today", now=second, language="en", prefer="future").at.fold == 1
    # By the wall 03:45 is later than 03:30, but the first 03:45 has passed.
    assert str(read_moment("3:45", now=second, language="en").at) == "2026-10-25 03:45:00+03:00"


def test_a_wrong_text_takes_less_than_50_milliseconds() -> None:
    read_moment("yesterday", now=NOW, language="en")
    for text in ("31.02", "blah " * 20, "31 31 31", "x" * 10_000, "15 мартобря 2026", "1 час " * 16):
        spent = []
        for _attempt in range(3):
            start = stopwatch.perf_counter()
            with pytest.raises(NotAMoment):
                read_moment(text, now=NOW, language="uk")
            spent.append(stopwatch.perf_counter() - start)
        assert min(spent) < 0.05, text


ZONES = {
    "Europe/Kyiv": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Europe/Moscow": ("2011-03-26T23:00", "2014-10-25T22:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Asia/Kolkata": ("2026-01-01T00:00",),
    # Half an hour.
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    # A day that never was: 30 December 2011.
    "Pacific/Apia": ("2011-12-30T10:00", "2021-04-03T14:00"),
    # At midnight.
    "America/Sao_Paulo": ("2018-11-04T03:00", "2019-02-17T02:00"),
    "UTC": ("2024-02-29T00:00",),
}
LANGUAGES = st.sampled_from(["en", "ru", "uk"])
PREFERENCES = st.sampled_from(["past", "future"])
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0))
WEEKDAYS = {
    "en": ("monday", "on Tuesday", "wed", "on thursday", "friday", "on Saturday", "sunday"),
    "ru": ("в понедельник", "во вторник", "в среду", "четверг", "в пятницу", "сб", "в воскресенье"),
    "uk": ("у понеділок", "вівторок", "в середу", "у четвер", "у п'ятницю", "в суботу", "у неділю"),
}
YESTERDAY = {"en": "yesterday {}", "ru": "вчера в {}", "uk": "учора о {}"}
TOMORROW = {"en": "tomorrow at {}", "ru": "завтра в {}", "uk": "завтра о {}"}
DAYS_AGO = {"en": "{} days ago", "ru": "{} дней назад", "uk": "{} днів тому"}
HOURS_AGO = {"en": "{} hours ago", "ru": "{} часов назад", "uk": "{} годин тому"}
IN_HOURS = {"en": "in {} hours", "ru": "через {} часов", "uk": "через {} годин"}
FORMATS = ("DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")
WORDS = (
    "yesterday today monday next last in ago 2 15 15:00 25:00 12.03 31/12 2026 march at 9 pm hour days 1.5 - , "
    "вчера завтра в на через назад час дня 3 марта г. среду прошлую полчаса утром "
    "учора о за тому годину дні минулого вівторка березня р. п'ятницю опівдні 99999999999 years века"
)
VOCABULARY = st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join)
relaxed = settings(max_examples=80, deadline=None, database=None)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    name = draw(st.sampled_from(sorted(ZONES)))
    change = datetime.fromisoformat(draw(st.sampled_from(ZONES[name]))).replace(tzinfo=UTC)
    near = change + timedelta(seconds=draw(st.integers(-3 * 86_400, 3 * 86_400)))
    somewhen = draw(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))  # noqa: DTZ001
    return draw(st.sampled_from([near, near, somewhen])).astimezone(ZoneInfo(name))


def check(moment: Moment, now: datetime, wall: datetime) -> None:
    """The moment is the first at which clocks of the zone show the wall time, or, if they skip it, as much later."""
    assert moment.at.tzinfo is now.tzinfo
    skipped = moment.at.replace(tzinfo=None) - wall
    before = (moment.at.astimezone(UTC) - skipped).astimezone(now.tzinfo)
    assert skipped == moment.at.utcoffset() - before.utcoffset()
    assert skipped >= timedelta()
    assert moment.at.fold == 0


def is_on_the_side(at: datetime, now: datetime, prefer: Prefer) -> bool:
    distance = at.astimezone(UTC) - now.astimezone(UTC)
    return distance <= timedelta() if prefer == "past" else distance >= timedelta()


@relaxed
@given(now=moments(), language=LANGUAGES, clock=CLOCKS, is_past=st.booleans())
def test_yesterday_and_tomorrow_are_days_of_the_calendar(
    now: datetime, language: str, clock: time, is_past: bool
) -> None:
    words, days, prefer = (YESTERDAY, -1, "past") if is_past else (TOMORROW, 1, "future")
    wall = datetime.combine(now.date() + timedelta(days=days), clock)
    # After the day that never was in Apia, yesterday is today.
    assume(is_on_the_side(wall.replace(tzinfo=now.tzinfo), now, prefer))
    moment = read_moment(words[language].format(f"{clock:%H:%M}"), now=now, language=language, prefer=prefer)
    check(moment, now, wall)
    assert moment.has_time


@relaxed
@given(now=moments(), language=LANGUAGES, days=st.integers(2, 999))
def test_days_ago_keep_the_time_of_day(now: datetime, language: str, days: int) -> None:
    moment = read_moment(DAYS_AGO[language].format(days), now=now, language=language)
    check(moment, now, now.replace(tzinfo=None, fold=0) - timedelta(days=days))
    assert not moment.has_time


@relaxed
@given(now=moments(), language=LANGUAGES, hours=st.integers(2, 999))
def test_hours_are_elapsed_time(now: datetime, language: str, hours: int) -> None:
    for words, sign, prefer in ((HOURS_AGO, -1, "past"), (IN_HOURS, 1, "future")):
        moment = read_moment(words[language].format(hours), now=now, language=language, prefer=prefer)
        assert moment.at.astimezone(UTC) - now.astimezone(UTC) == sign * timedelta(hours=hours)
        assert moment.at.tzinfo is now.tzinfo
        assert moment.has_time


@relaxed
@given(now=moments(), language=LANGUAGES, weekday=st.integers(0, 6), prefer=PREFERENCES)
def test_a_weekday_is_the_nearest_that_is_not_today(now: datetime, language: str, weekday: int, prefer: Prefer) -> None:
    step = timedelta(days=-1 if prefer == "past" else 1)
    day = next(day for n in range(1, 8) if (day := now.date() + n * step).weekday() == weekday)
    moment = read_moment(WEEKDAYS[language][weekday], now=now, language=language, prefer=prefer)
    check(moment, now, datetime.combine(day, now.time().replace(fold=0)))
    assert not moment.has_time


@relaxed
@given(now=moments(), language=LANGUAGES, clock=CLOCKS, prefer=PREFERENCES)
def test_a_time_alone_lies_within_a_day_of_now(now: datetime, language: str, clock: time, prefer: Prefer) -> None:
    step = timedelta(days=-1 if prefer == "past" else 1)
    walls = [datetime.combine(now.date() + n * step, clock) for n in (0, 1)]
    right = [wall for wall in walls if is_on_the_side(wall.replace(tzinfo=now.tzinfo), now, prefer)]
    assume(right)
    moment = read_moment(f"{clock:%H:%M}", now=now, language=language, prefer=prefer)
    check(moment, now, right[0])
    assert moment.has_time


@relaxed
@given(now=moments(), language=LANGUAGES, days=st.integers(2, 9_000), clock=CLOCKS)
def test_written_dates_are_read_as_they_are_written(now: datetime, language: str, days: int, clock: time) -> None:
    day = now.date() - timedelta(days=days)
    assume(day.year >= 1970)
    for written in (f"{day:%Y-%m-%d %H:%M}", f"{day:%d.%m.%Y} {{}}", f"{day:%Y-%m-%d}T{{}}", f"{{}} {day:%d.%m.%Y}"):
        text = f"{day:%Y-%m-%d} {clock:%H:%M}" if "{" not in written else written.format(f"{clock:%H:%M}")
        check(read_moment(text, now=now, language=language), now, datetime.combine(day, clock))


@relaxed
@given(now=moments(), language=LANGUAGES, days=st.integers(2, 9_000), clock=CLOCKS)
def test_what_the_pages_show_can_be_written_back(now: datetime, language: str, days: int, clock: time) -> None:
    day = now.date() - timedelta(days=days)
    assume(day.year >= 1970)
    wall = datetime.combine(day, clock)
    with translation.override(language):
        shown = {name: date_format(wall, name) for name in FORMATS}
    for name, text in shown.items():
        moment = read_moment(text, now=now, language=language)
        assert moment.has_time == ("DATETIME" in name), text
        check(moment, now, wall if moment.has_time else datetime.combine(day, now.time().replace(fold=0)))


@settings(relaxed, max_examples=400)
@given(text=st.one_of(st.text(max_size=120), VOCABULARY), now=moments(), language=LANGUAGES, prefer=PREFERENCES)
def test_any_text_is_a_moment_on_the_right_side_or_refused(
    text: str, now: datetime, language: str, prefer: Prefer
) -> None:
    try:
        moment = read_moment(text, now=now, language=language, prefer=prefer)
    except NotAMoment:
        return
    assert moment.at.tzinfo is now.tzinfo
    assert is_on_the_side(moment.at, now, prefer)
    assert 1970 <= moment.at.year <= 2100
