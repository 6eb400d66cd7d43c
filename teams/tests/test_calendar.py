"""Which days and minutes people work."""

from datetime import date, time
from typing import Any

import pytest
from django.utils import translation

from teams.models import Absence, Company, User
from teams.selectors.calendar import (
    calendar_of,
    calendars_of,
    holidays_of,
    is_working_day,
    working_days_between,
    working_minutes,
)
from teams.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)


def company(**fields: Any) -> Company:
    made = Company(pk=1, **fields)
    made.save()
    return made


def person(**fields: Any) -> User:
    return UserFactory(**fields)


@pytest.mark.parametrize(
    ("country", "day", "is_working"),
    [
        ("UA", date(2021, 8, 24), False),  # Independence Day
        ("UA", date(2021, 8, 25), True),
        ("UA", date(2026, 8, 24), True),  # no days off under martial law
        ("PL", date(2026, 11, 11), False),
        ("PL", date(2026, 11, 12), True),
        ("US", date(2026, 7, 3), False),  # the 4th is a Saturday
        ("US", date(2026, 11, 26), False),
        ("DE", date(2026, 10, 3), False),
        ("DE", date(2026, 6, 4), True),  # Corpus Christi is a holiday of some regions only
        ("AQ", MONDAY, True),
        ("AQ", SATURDAY, False),
    ],
)
def test_a_working_day_follows_the_holidays_of_the_country(country: str, day: date, is_working: bool) -> None:
    company(country=country)
    assert is_working_day(day) is is_working


def test_a_region_has_holidays_of_its_own() -> None:
    company(country="DE", subdivision="BY")
    assert not is_working_day(date(2026, 6, 4))
    assert not is_working_day(date(2026, 6, 4), person(country="AT"))
    assert is_working_day(date(2026, 11, 26), person(country="DE"))


def test_an_unknown_region_has_the_holidays_of_the_country() -> None:
    company(country="DE", subdivision="XX")
    assert not is_working_day(date(2026, 10, 2 + 1))
    assert is_working_day(date(2026, 6, 4))


def test_the_persons_own_country_goes_before_the_companys() -> None:
    company(country="PL")
    independence_of_poland, thanksgiving = date(2026, 11, 11), date(2026, 11, 26)
    american, colleague = person(country="US"), person()
    assert not is_working_day(independence_of_poland, colleague)
    assert is_working_day(thanksgiving, colleague)
    # Veterans Day is the 11th of November too.
    assert not is_working_day(thanksgiving, american)
    assert is_working_day(date(2026, 5, 1), american)
    assert not is_working_day(date(2026, 5, 1), colleague)


def test_the_companys_own_days_go_before_holidays_and_weekends() -> None:
    made = company(country="PL")
    made.special_days.create(day=date(2026, 11, 11), name="Release", is_working=True)
    made.special_days.create(day=SATURDAY, is_working=True)
    made.special_days.create(day=MONDAY, name="Founders' day", is_working=False)
    assert is_working_day(date(2026, 11, 11))
    assert is_working_day(SATURDAY)
    assert not is_working_day(MONDAY)
    told = {day.day: (day.name, day.is_working, day.is_of_company) for day in calendar_of().days_that_differ(2026)}
    assert told[MONDAY] == ("Founders' day", False, True)
    assert told[date(2026, 11, 11)] == ("Release", True, True)
    assert told[date(2026, 5, 1)][1:] == (False, False)


def test_working_days_are_counted_with_both_ends() -> None:
    company(country="PL")
    assert working_days_between(MONDAY, date(2026, 11, 29)) == 5
    assert working_days_between(MONDAY, MONDAY) == 1
    assert working_days_between(SATURDAY, date(2026, 11, 29)) == 0
    assert working_days_between(date(2026, 11, 9), date(2026, 11, 13)) == 4
    assert working_days_between(date(2026, 11, 13), date(2026, 11, 9)) == 0


def test_before_anybody_saved_the_company_its_defaults_hold() -> None:
    assert working_minutes(person(), MONDAY) == 9 * 60
    assert working_minutes(person(), SATURDAY) == 0


def test_own_hours_replace_the_companys() -> None:
    company(country="PL", working_days=[0, 1, 2, 3, 4], day_starts=time(10), day_ends=time(18, 30))
    ann, bob = person(), person()
    ann.working_hours.create(weekday=0, starts=time(9), ends=time(12))
    ann.working_hours.create(weekday=0, starts=time(13), ends=time(15, 30))
    assert working_minutes(ann, MONDAY) == 330
    assert working_minutes(ann, date(2026, 11, 24)) == 0
    assert not is_working_day(date(2026, 11, 24), ann)
    assert working_minutes(bob, date(2026, 11, 24)) == 510


def test_nobody_works_while_he_is_absent() -> None:
    ann, bob = person(), person()
    Absence.objects.create(user=ann, starts=MONDAY, ends=date(2026, 11, 24), entered_by=ann)
    assert [working_minutes(ann, date(2026, 11, day)) for day in (22, 23, 24, 25)] == [0, 0, 0, 540]
    assert working_minutes(bob, MONDAY) == 540
    assert is_working_day(MONDAY, ann)


def test_calendars_of_many_people_cost_as_much_as_of_one(django_assert_num_queries: Any) -> None:
    people = [person() for _ in range(5)]
    people[0].working_hours.create(weekday=0, starts=time(9), ends=time(10))
    Absence.objects.create(user=people[1], starts=MONDAY, ends=MONDAY, entered_by=people[1])
    for some in (people[:1], people):
        with django_assert_num_queries(4):
            calendars = calendars_of(some, MONDAY, SATURDAY)
            for calendar in calendars.values():
                calendar.working_minutes(MONDAY)
    assert [calendars[one.pk].working_minutes(MONDAY) for one in people[:3]] == [60, 0, 540]


def test_holidays_are_named_in_the_readers_language_or_in_english() -> None:
    christmas = date(2026, 12, 25)
    names = {}
    for language in ("en", "uk", "ru"):
        with translation.override(language):
            names[language] = holidays_of("PL", "", 2026)[christmas]
    assert names["en"] == names["ru"]
    assert "Christmas" in names["en"]
    assert "Різдва" in names["uk"] or "Різдво" in names["uk"]


def test_a_country_without_a_known_calendar_has_no_holidays() -> None:
    assert holidays_of("XX", "", 2026) == {}
    assert holidays_of("PL", "", 2026)
