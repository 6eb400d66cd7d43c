"""Makes the contacts of the demo: the people at its clients."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from clients.models import ClientKind
from clients.reach import EmailKind
from contacts.demo.clientele import Customer, write_phone
from contacts.demo.companies import DEMO_DOMAIN, latin
from contacts.demo.people import TAGS, PersonName, jobs_in, make_name, notes_in
from contacts.demo.places import Country
from contacts.models import Consent, Contact, ContactEmail, ContactPhone, Employment, Messenger, MessengerKind
from contacts.services import Parts, create_contact
from crm.phones.models import PhoneKind

WITHOUT_EMPLOYER = 18
_PEOPLE_AT_ONE = (1, 2, 3, 4, 5)
_HOW_OFTEN = (8, 22, 33, 23, 14)
# The last day of the invented past: dates never depend on the day of making.
_LAST_YEAR = 2025


class Acquaintances:
    """Stores contacts one after another; holds the dice and what was made."""

    def __init__(self, draw: random.Random, customers: Sequence[Customer]) -> None:
        self.draw = draw
        self.customers = customers
        self.of_country: dict[str, list[Customer]] = {}
        for customer in customers:
            self.of_country.setdefault(customer.country.code, []).append(customer)
        self.made: list[Contact] = []

    def meet_everybody(self) -> list[Contact]:
        for customer in self.customers:
            if customer.client.kind == ClientKind.PERSON:
                self._meet_private_person(customer)
                continue
            for job in self._draw_jobs(customer.country):
                self._meet_employee(customer, job)
        for _ in range(WITHOUT_EMPLOYER):
            self._meet_freelancer(self.draw.choice(self.customers))
        return self.made

    def _draw_jobs(self, country: Country) -> list[tuple[str, str, str]]:
        count = self.draw.choices(_PEOPLE_AT_ONE, weights=_HOW_OFTEN)[0]
        return self.draw.sample(jobs_in(country.language), count)

    def _meet_private_person(self, customer: Customer) -> None:
        last, _, first = customer.client.name.partition(" ")
        name = PersonName(salutation="", first=first, middle="", last=last)
        employment = Employment(client=customer.client, decision_role="decides")
        self._store(name, customer, [employment])

    def _meet_employee(self, customer: Customer, job: tuple[str, str, str]) -> None:
        job_title, department, decision_role = job
        began = self._draw_date(2018, _LAST_YEAR)
        present = Employment(
            client=customer.client,
            job_title=job_title,
            department=department,
            decision_role=decision_role,
            since=began if self.draw.random() < 0.8 else None,
        )
        employments = [present]
        if self.draw.random() < 0.15:
            employments.append(self._former_employment(customer, began))
        name = make_name(self.draw, customer.country.code)
        self._store(name, customer, employments)

    def _former_employment(self, customer: Customer, before: date) -> Employment:
        earlier = self.draw.choice(self.of_country[customer.country.code])
        job_title, department, decision_role = self.draw.choice(jobs_in(customer.country.language))
        return Employment(
            client=earlier.client,
            job_title=job_title,
            department=department,
            decision_role=decision_role,
            since=self._draw_date(2009, 2016),
            until=date(before.year - 1, self.draw.randint(1, 12), self.draw.randint(1, 28)),
        )

    def _meet_freelancer(self, neighbour: Customer) -> None:
        """Somebody without an employer, known to whoever looks after the neighbour."""
        name = make_name(self.draw, neighbour.country.code)
        self._store(name, replace(neighbour, domain=f"mail.{DEMO_DOMAIN}"), [])

    def _store(self, name: PersonName, customer: Customer, employments: list[Employment]) -> None:
        country, keeper = customer.country, customer.client
        draw = self.draw
        contact = Contact(
            salutation=name.salutation,
            first_name=name.first,
            middle_name=name.middle,
            last_name=name.last,
            birthday=self._draw_date(1958, 2002) if draw.random() < 0.5 else None,
            language=country.language,
            time_zone=country.time_zone,
            country=country.code,
            notes=draw.choice(notes_in(country.language)) if draw.random() < 0.25 else "",
            tags=sorted(draw.sample(TAGS, draw.choice((0, 0, 0, 1, 2)))),
            owner=keeper.owner,
            team=keeper.team,
        )
        if draw.random() < 0.4:
            contact.consent = draw.choice((Consent.GIVEN, Consent.GIVEN, Consent.REFUSED))
            contact.consent_on = self._draw_date(2023, _LAST_YEAR)
        parts = {**self._ways_to_reach(name, country, customer.domain), "employments": employments}
        self.made.append(create_contact(contact, actor=keeper.owner, parts=parts))

    def _ways_to_reach(self, name: PersonName, country: Country, domain: str) -> Parts:
        draw, account = self.draw, f"{latin(name.first)[:1]}.{latin(name.last)}"
        phones = [ContactPhone(kind=PhoneKind.MOBILE, typed=write_phone(draw, country, country.mobiles))]
        if draw.random() < 0.35:
            phones.append(ContactPhone(kind=PhoneKind.WORK, typed=write_phone(draw, country, country.lines)))
        emails = [ContactEmail(address=f"{account}@{domain}")]
        if draw.random() < 0.2:
            personal = f"{account}{draw.randint(10, 99)}@mail.{DEMO_DOMAIN}"
            emails.append(ContactEmail(kind=EmailKind.PERSONAL, address=personal))
        messengers = []
        if draw.random() < 0.4:
            kind = draw.choice((MessengerKind.TELEGRAM, MessengerKind.VIBER, MessengerKind.WHATSAPP))
            messengers.append(Messenger(kind=kind, account=f"@{account.replace('.', '_')}{draw.randint(1, 999)}"))
        return {"phones": phones, "emails": emails, "messengers": messengers}

    def _draw_date(self, first_year: int, last_year: int) -> date:
        return date(
            self.draw.randint(first_year, last_year),
            self.draw.randint(1, 12),
            self.draw.randint(1, 28),
        )
