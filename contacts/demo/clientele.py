"""Makes the clients of the demo."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

from clients.models import Client, ClientEmail, ClientKind, ClientPhone, ClientSize, ClientStatus
from clients.services import create_client
from contacts.demo.companies import DEMO_DOMAIN, SOURCES, Company, each_company
from contacts.demo.people import make_name
from contacts.demo.places import COUNTRIES, Country, make_address, make_phone, make_tax_id
from teams.models import User
from teams.selectors import home_team_of

COMPANIES, BRANCHES, PRIVATE_PERSONS = 250, 28, 22
# The external id of the first client tells whether the demo was made.
EXTERNAL_ID = "DEMO-{:04}"
_SIZES = (ClientSize.MICRO, ClientSize.SMALL, ClientSize.MEDIUM, ClientSize.LARGE, ClientSize.HUGE)
_STATUSES = (ClientStatus.LEAD, ClientStatus.ACTIVE, ClientStatus.DORMANT, ClientStatus.FORMER)
_MORE_TAGS = ("key account", "discount", "long payer", "framework contract", "NDA")


@dataclass(frozen=True)
class Customer:
    """A stored client with what its people share: country and mail domain."""

    client: Client
    country: Country
    domain: str


def make_clientele(draw: random.Random, owners: Sequence[User]) -> list[Customer]:
    """All clients of the demo, spread over the owners, each stored by its owner."""
    teams = {owner.pk: home_team_of(owner) for owner in owners}
    customers: list[Customer] = []

    def keep(client: Client, country: Country, domain: str, *, phones: int) -> None:
        client.owner = client.owner or draw.choice(owners)
        client.team = teams[client.owner.pk]
        client.external_id = EXTERNAL_ID.format(len(customers) + 1)
        create_client(
            client,
            actor=client.owner,
            parts={
                "phones": [ClientPhone(typed=write_phone(draw, country, country.lines)) for _ in range(phones)],
                "emails": [ClientEmail(address=f"office@{domain}")],
            },
        )
        customers.append(Customer(client, country, domain))

    supply = {country: each_company(draw, country) for country in COUNTRIES}
    for _ in range(COMPANIES):
        country = draw_country(draw)
        company = next(supply[country])
        keep(_company(draw, company, country), country, company.domain, phones=draw.choice((1, 1, 1, 2, 2, 3)))
    for head in draw.sample(customers, BRANCHES):
        keep(_branch(draw, head), head.country, head.domain, phones=1)
    for number in range(PRIVATE_PERSONS):
        country = draw_country(draw)
        keep(_private_person(draw, country), country, f"person{number + 1}.{DEMO_DOMAIN}", phones=1)
    return customers


def draw_country(draw: random.Random) -> Country:
    return draw.choices(tuple(COUNTRIES), weights=tuple(COUNTRIES.values()))[0]


def _company(draw: random.Random, company: Company, country: Country) -> Client:
    return Client(
        name=company.name,
        legal_name=company.legal_name,
        tax_id=make_tax_id(draw, country) if draw.random() < 0.85 else "",
        website=f"https://{company.domain}",
        industry=company.trade.industry,
        size=draw.choices(_SIZES, weights=(2, 6, 9, 6, 3))[0],
        source=draw.choice(SOURCES),
        status=draw.choices(_STATUSES, weights=(35, 45, 13, 7))[0],
        tags=_draw_tags(draw, (*company.trade.tags, *_MORE_TAGS)),
        description=company.trade.needs if draw.random() < 0.7 else "",
        **make_address(draw, country),
    )


def _branch(draw: random.Random, head: Customer) -> Client:
    place = make_address(draw, head.country)
    above = head.client
    return Client(
        name=f"{above.name}, {place['city']}",
        legal_name=above.legal_name,
        parent=above,
        owner=above.owner,
        industry=above.industry,
        size=draw.choice(_SIZES[:3]),
        source=above.source,
        status=above.status,
        tags=["branch"],
        **place,
    )


def _private_person(draw: random.Random, country: Country) -> Client:
    name = make_name(draw, country.code)
    return Client(
        kind=ClientKind.PERSON,
        name=f"{name.last} {name.first}",
        source=draw.choice(SOURCES),
        status=draw.choices(_STATUSES, weights=(4, 4, 1, 1))[0],
        **make_address(draw, country),
    )


def _draw_tags(draw: random.Random, tags: Sequence[str]) -> list[str]:
    return sorted(set(draw.sample(tags, draw.choice((0, 1, 1, 2, 3)))))


def write_phone(draw: random.Random, country: Country, beginnings: tuple[str, ...]) -> str:
    """A number as somebody would type it: international or national, now and then with an extension."""
    number = phonenumbers.parse(make_phone(draw, country, beginnings=beginnings))
    style = draw.choice((PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.E164))
    typed = phonenumbers.format_number(number, style)
    return f"{typed} ext. {draw.randint(10, 999)}" if draw.random() < 0.08 else typed
