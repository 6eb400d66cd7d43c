"""Which days and minutes people work: holidays of their country, days of the company, their own hours and absences.

A question about one day loads its own `Calendar`; who asks about many days or people loads `calendar_of` or
`calendars_of` once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import holidays
from django.utils.translation import get_language

from teams.models import Absence, Company, SpecialDay, User, WorkingHours

Stretch = tuple[time, time]
_ENGLISH = "en_US"


@dataclass(frozen=True)
class Holiday:
    """A day that differs from an ordinary week. `is_of_company`: the company said so itself, not its country."""

    day: date
    name: str
    is_working: bool = False
    is_of_company: bool = False


@dataclass(frozen=True)
class Calendar:
    """The working days of the company, or of one person.

    `country` is ISO 3166, `hours` the stretches of each weekday (as `date.weekday()` counts), `usual` the stretch of a
    day on which the company works by way of exception, `special` the company's own days, `absences` (first, last) day.
    """

    country: str
    subdivision: str
    hours: Mapping[int, tuple[Stretch, ...]]
    usual: Stretch
    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    absences: tuple[tuple[date, date], ...] = ()

    def is_working_day(self, day: date) -> bool:
        """By the calendar alone: whoever is absent on that day is another question."""
        return bool(self.stretches(day))

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """When work begins and ends on that day, by the calendar; empty on days off."""
        of_week = self.hours.get(day.weekday(), ())
        special = self.special.get(day)
        if special is not None:
            return (of_week or (self.usual,)) if special.is_working else ()
        return () if day in holidays_of(self.country, self.subdivision, day.year) else of_week

    def is_absent(self, day: date) -> bool:
        return any(starts <= day <= ends for starts, ends in self.absences)

    def working_minutes(self, day: date) -> int:
        """Nothing on days off and in absences."""
        if self.is_absent(day):
            return 0
        return sum(_minutes(ends) - _minutes(starts) for starts, ends in self.stretches(day))

    def working_days(self, starts: date, ends: date) -> Iterator[date]:
        """Both ends included."""
        return (day for day in _days(starts, ends) if self.is_working_day(day))

    def days_that_differ(self, year: int) -> list[Holiday]:
        """Holidays and the company's own days, by date, named in the reader's language where the names are known."""
        found = {day: Holiday(day, name) for day, name in holidays_of(self.country, self.subdivision, year).items()}
        for day, special in self.special.items():
            if day.year == year:
                name = special.name or (found[day].name if day in found else "")
                found[day] = Holiday(day, name, is_working=special.is_working, is_of_company=True)
        return [found[day] for day in sorted(found)]


def is_working_day(day: date, person: User | None = None) -> bool:
    """By the calendar of the person, or of the company without one; absences are left out."""
    return calendar_of(person).is_working_day(day)


def working_days_between(starts: date, ends: date, person: User | None = None) -> int:
    """How many, both ends included; absences are left out."""
    return sum(1 for _day in calendar_of(person).working_days(starts, ends))


def working_minutes(person: User, day: date) -> int:
    """How long the person works on that day; nothing when he is absent."""
    return calendar_of(person).working_minutes(day)


def calendar_of(person: User | None = None, *, company: Company | None = None) -> Calendar:
    """The calendar of a person with his hours and absences, or that of the company."""
    company = company or Company.current()
    special = _special_days(company)
    if person is None:
        return _calendar(company, special)
    hours = WorkingHours.objects.filter(user=person)
    return _calendar(company, special, person, hours, Absence.objects.filter(user=person))


def calendars_of(
    people: Collection[User], starts: date, ends: date, *, absences: Mapping[int, Sequence[Absence]] | None = None
) -> dict[int, Calendar]:
    """A calendar for each person by key, with the absences that touch these days; four queries for any number.

    `absences` by person, when they have been read already.
    """
    company = Company.current()
    special = _special_days(company)
    hours: dict[int, list[WorkingHours]] = {}
    for stretch in WorkingHours.objects.filter(user__in=people):
        hours.setdefault(stretch.user_id, []).append(stretch)
    known = _absences_of(people, starts, ends) if absences is None else absences
    return {
        person.pk: _calendar(company, special, person, hours.get(person.pk, ()), known.get(person.pk, ()))
        for person in people
    }


def _absences_of(people: Collection[User], starts: date, ends: date) -> Mapping[int, Sequence[Absence]]:
    absences: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(user__in=people, starts__lte=ends, ends__gte=starts):
        absences.setdefault(absence.user_id, []).append(absence)
    return absences


def holidays_of(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """Public holidays by day, named in the active language, else in English, else as the country names them.

    Empty for a country that is not known. Days off that fall on a weekend and are moved are among them. Ukraine has
    none under martial law, from 2022 on: the list follows the law, companies that rest add days of their own.
    """
    return _holidays(country, subdivision, year, (get_language() or "en").partition("-")[0])


@lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    if country not in holidays.list_supported_countries():
        return MappingProxyType({})
    known = holidays.country_holidays(country)
    named = next((name for name in (language, _ENGLISH) if name in known.supported_languages), None)
    within = subdivision if subdivision in known.subdivisions else None
    return MappingProxyType(dict(holidays.country_holidays(country, subdiv=within, years=year, language=named)))


def _calendar(
    company: Company,
    special: Mapping[date, SpecialDay],
    person: User | None = None,
    hours: Iterable[WorkingHours] = (),
    absences: Iterable[Absence] = (),
) -> Calendar:
    usual = company_hours(company)
    own: dict[int, tuple[Stretch, ...]] = {}
    for stretch in hours:
        own[stretch.weekday] = (*own.get(stretch.weekday, ()), (stretch.starts, stretch.ends))
    home = str(company.country or "")
    country = str((person and person.country) or home)
    return Calendar(
        country=country,
        # A region is the company's, so it says nothing about people in other countries.
        subdivision=company.subdivision if country == home else "",
        hours=own or dict.fromkeys(company.working_days, (usual,)),
        usual=usual,
        special=special,
        absences=tuple((absence.starts, absence.ends) for absence in absences),
    )


def _special_days(company: Company) -> dict[date, SpecialDay]:
    return {special.day: special for special in SpecialDay.objects.filter(company_id=company.pk)}


def company_hours(company: Company) -> Stretch:
    """When an ordinary working day of the company begins and ends."""
    return _time(company, "day_starts"), _time(company, "day_ends")


def _time(company: Company, name: str) -> time:
    # The company that nobody has saved yet holds its defaults as text.
    kept: Any = company._meta.get_field(name)
    value: time = kept.to_python(getattr(company, name))
    return value


def _days(starts: date, ends: date) -> Iterator[date]:
    return (starts + timedelta(days=number) for number in range((ends - starts).days + 1))


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
