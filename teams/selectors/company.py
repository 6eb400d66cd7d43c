"""What the company can be set to: time zones, countries and their regions; and what follows from it."""

import zoneinfo
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays
from django_countries import countries

from teams.models import Company
from teams.selectors.calendar import Holiday, calendar_of

Choices = list[tuple[str, str]]


def company_currency() -> str:
    """The code that the company counts in."""
    return Company.current().currency


@lru_cache(maxsize=1)
def time_zone_choices() -> Choices:
    """Zones named by a region and a city, and UTC; old aliases such as "GB" are left out."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def country_choices() -> Choices:
    """Countries whose holidays are known, by name in the active language."""
    known = _regions()
    return [(code, str(name)) for code, name in countries if code in known]


def region_choices(country: str) -> Choices:
    """Regions of a country that have holidays of their own; empty when the whole country rests together."""
    if country not in _regions():
        return []
    names: Mapping[str, str] = _region_names(country)
    return sorted(((code, names.get(code, code)) for code in _regions()[country]), key=lambda choice: choice[1])


@lru_cache(maxsize=1)
def _regions() -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return found


@lru_cache(maxsize=64)
def _region_names(country: str) -> Mapping[str, str]:
    aliases = getattr(holidays.country_holidays(country), "subdivisions_aliases", {})
    names: dict[str, str] = {}
    for name, code in aliases.items():
        names.setdefault(code, name)
    return names


def days_off(company: Company, today: date) -> list[tuple[int, list[Holiday]]]:
    """This year and the next with their holidays and the company's own days, by date."""
    calendar = calendar_of(company=company)
    return [(year, calendar.days_that_differ(year)) for year in (today.year, today.year + 1)]
