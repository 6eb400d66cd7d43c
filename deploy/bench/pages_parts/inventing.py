"""Clients and contacts by the hundred thousand: half with the names of the demo, half with names hardly used twice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from clients.models import Client, ClientEmail, ClientKind, ClientPhone, ClientSize, ClientStatus
from contacts.demo.companies import LEGAL_FORMS, NAMES, SOURCES, TRADES, display_name, latin
from contacts.demo.people import TAGS, jobs_in, make_name, notes_in
from contacts.demo.places import COUNTRIES, Country, fill, make_address, make_phone
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, Messenger

_COUNTRIES, _WEIGHTS = tuple(COUNTRIES), tuple(COUNTRIES.values())
_CYRILLIC = {"uk", "ru"}
_SYLLABLES = {
    True: ("ба", "вер", "го", "дні", "жи", "зо", "ка", "лу", "мі", "но", "пе", "рай", "со", "та", "хво", "чу", "ше"),
    False: ("ba", "ver", "go", "dne", "fi", "zo", "ka", "lu", "mi", "no", "pe", "ray", "so", "ta", "hux", "qui", "wes"),
}
_LAST_NAME_ENDINGS = {True: ("нко", "щук", "вич", "нюк", "ський"), False: ("son", "wicz", "ford", "mann", "ley")}
_STATUSES, _HOW_OFTEN = tuple(ClientStatus), (35, 45, 13, 7)
_YEARS_OF_CHANGES = 3
# One client in 500 is a large one; one contact in 20 works at such.
_LARGE_EVERY, _AT_LARGE = 500, 0.05


@dataclass(frozen=True)
class Place:
    """Who keeps new records: a team and its members."""

    team_id: int
    member_ids: tuple[int, ...]


@dataclass(frozen=True)
class Employer:
    """What the people of a client share with it."""

    client_id: UUID
    team_id: int
    owner_id: int
    country: Country
    domain: str


@dataclass
class Made:
    """A record with the rows of its parts, not stored yet."""

    record: Any
    parts: dict[str, list[Any]]

    def settle(self) -> "Made":
        """Number the rows, and compose what is searched."""
        for rows in self.parts.values():
            for position, row in enumerate(rows):
                row.position = position
                if hasattr(row, "is_primary"):
                    row.is_primary = position == 0
        self.record.search_doc = self.record.build_search_doc(self.parts)
        return self


class Inventor:
    """Holds the dice: the same seed makes the same company."""

    def __init__(self, seed: int, places: Sequence[Place]) -> None:
        self.draw = random.Random(seed)  # noqa: S311 nothing secret
        self.places = places
        self.now = timezone.now()
        self.employers: list[Employer] = []
        self.large: list[Employer] = []

    def client(self, number: int) -> Made:
        draw, country = self.draw, self._country()
        trade, place = draw.choice(TRADES), self.places[number % len(self.places)]
        word = draw.choice(trade.words[country.language])
        own_name = self._own_name(country)
        created, updated = self._moments()
        domain = f"{latin_word(own_name)}-{number}.{country.code.lower()}.example"
        client = Client(
            name=display_name(country.language, word, own_name),
            legal_name=draw.choice(LEGAL_FORMS[country.language]).format(own_name),
            kind=ClientKind.PERSON if draw.random() < 0.08 else ClientKind.COMPANY,
            tax_id=fill(draw, country.tax_id) if draw.random() < 0.85 else "",
            website=f"https://{domain}",
            industry=trade.industry,
            size=draw.choice(ClientSize.values),
            source=draw.choice(SOURCES),
            status=draw.choices(_STATUSES, _HOW_OFTEN)[0],
            tags=sorted(set(draw.sample(trade.tags, 1))) if draw.random() < 0.5 else [],
            description=trade.needs if draw.random() < 0.5 else "",
            external_id=f"B-{number}" if draw.random() < 0.3 else "",
            parent_id=draw.choice(self.employers).client_id if self.employers and draw.random() < 0.03 else None,
            team_id=place.team_id,
            owner_id=draw.choice(place.member_ids),
            created_at=created,
            updated_at=updated,
            **make_address(draw, country),
        )
        client.refresh_match_key()
        self._remember(number, Employer(client.pk, place.team_id, client.owner_id, country, domain))
        lines = [self._phone(country, country.lines) for _ in range(draw.choice((1, 1, 2)))]
        phones = [ClientPhone(client=client, **line) for line in lines]
        emails = [ClientEmail(client=client, **_email(f"office@{domain}"))]
        return Made(client, {"phones": phones, "emails": emails}).settle()

    def _remember(self, number: int, employer: Employer) -> None:
        self.employers.append(employer)
        if number % _LARGE_EVERY == 0:
            self.large.append(employer)

    def contact(self, number: int) -> Made:
        draw = self.draw
        employer = draw.choice(self.large if draw.random() < _AT_LARGE else self.employers)
        country = employer.country
        name = make_name(draw, country.code)
        last_name = name.last if draw.random() < 0.5 else self._last_name(country)
        created, updated = self._moments()
        contact = Contact(
            salutation=name.salutation,
            first_name=name.first,
            middle_name=name.middle,
            last_name=last_name,
            birthday=self._date(1958, 2002) if draw.random() < 0.4 else None,
            language=country.language,
            time_zone=country.time_zone,
            notes=draw.choice(notes_in(country.language)) if draw.random() < 0.25 else "",
            tags=sorted(draw.sample(TAGS, draw.choice((0, 0, 0, 1, 2)))),
            team_id=employer.team_id,
            owner_id=employer.owner_id,
            created_at=created,
            updated_at=updated,
            **make_address(draw, country),
        )
        contact.name = contact.compose_name()
        account = f"{latin_word(name.first)[:1]}.{latin_word(last_name)}{number}"
        ways = self._ways(contact, employer, account)
        return Made(contact, {**ways, "employments": self._jobs(contact, employer)}).settle()

    def _ways(self, contact: Contact, employer: Employer, account: str) -> dict[str, list[Any]]:
        draw, country = self.draw, employer.country
        phones, emails = [], []
        if draw.random() < 0.95:
            phones.append(ContactPhone(contact=contact, **self._phone(country, country.mobiles)))
        if draw.random() < 0.35:
            phones.append(ContactPhone(contact=contact, **self._phone(country, country.lines)))
        if draw.random() < 0.9:
            emails.append(ContactEmail(contact=contact, **_email(f"{account}@{employer.domain}")))
        if draw.random() < 0.2:
            emails.append(ContactEmail(contact=contact, **_email(f"{account}@mail.example")))
        messengers = []
        if draw.random() < 0.3:
            messengers.append(Messenger(contact=contact, account=f"@{account}", normalised=account))
        return {"phones": phones, "emails": emails, "messengers": messengers}

    def _jobs(self, contact: Contact, employer: Employer) -> list[Employment]:
        draw = self.draw
        title, department, decision_role = draw.choice(jobs_in(employer.country.language))
        began = self._date(2018, 2025)
        given: dict[str, Any] = {"job_title": title, "department": department, "decision_role": decision_role}
        rows = [Employment(contact=contact, client_id=employer.client_id, since=began, **given)]
        if draw.random() < 0.15:
            before = draw.choice(self.employers).client_id
            rows.append(
                Employment(contact=contact, client_id=before, since=date(2012, 2, 1), until=date(2017, 5, 31), **given)
            )
        return rows

    def _country(self) -> Country:
        return self.draw.choices(_COUNTRIES, _WEIGHTS)[0]

    def _own_name(self, country: Country) -> str:
        if self.draw.random() < 0.5:
            return self.draw.choice(NAMES[country.language])
        return self._syllables(country, self.draw.choice((3, 4))).capitalize()

    def _last_name(self, country: Country) -> str:
        ending = self.draw.choice(_LAST_NAME_ENDINGS[country.language in _CYRILLIC])
        return f"{self._syllables(country, 3).capitalize()}{ending}"

    def _syllables(self, country: Country, count: int) -> str:
        return "".join(self.draw.choices(_SYLLABLES[country.language in _CYRILLIC], k=count))

    def _phone(self, country: Country, beginnings: tuple[str, ...]) -> dict[str, str]:
        number = make_phone(self.draw, country, beginnings=beginnings)
        return {"typed": number, "e164": number}

    def _moments(self) -> tuple[datetime, datetime]:
        """Created and changed."""
        age = self.draw.uniform(0, _YEARS_OF_CHANGES * 365 * 86_400)
        created = self.now - timedelta(seconds=age)
        return created, created + timedelta(seconds=age * self.draw.random() ** 2)

    def _date(self, first_year: int, last_year: int) -> date:
        return date(self.draw.randint(first_year, last_year), self.draw.randint(1, 12), self.draw.randint(1, 28))


@lru_cache(maxsize=50_000)
def latin_word(text: str) -> str:
    return latin(text) or "x"


def _email(address: str) -> dict[str, str]:
    return {"address": address, "normalised": address.casefold()}
