"""The pages that are measured, and the addresses at which each reader asks for them."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client, ClientStatus
from contacts.demo.companies import SOURCES, TRADES
from contacts.demo.people import TAGS
from contacts.demo.places import COUNTRIES
from contacts.models import Consent, Contact
from teams.models import User

_SORTS = ("-updated", "updated", "name", "-name", "-created", "created")
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_WORD = re.compile(r"\w+")
_COMMON_WORDS = (
    *("логістика", "банк", "клініка", "завод", "bank", "logistics", "klinik", "стожари", "foxglove", "office"),
    *("коваленко", "мельник", "олена", "ірина", "тарас", "wójcik", "charlotte", "wiśniewska", "example"),
)


@dataclass(frozen=True)
class Page:
    """One row of the report. `peers` tells what others need for the like of it.

    `target` is the id of the element that htmx asks for the contents of.
    """

    title: str
    addresses: list[str]
    peers: str = ""
    is_fragment: bool = False
    target: str = ""

    @property
    def headers(self) -> dict[str, str]:
        named = {"HX-Target": self.target} if self.target else {}
        return {"HX-Request": "true", **named} if self.is_fragment or self.target else {}


class Asker:
    """What one reader asks for; `count` addresses a page, drawn from what he sees and what he does not."""

    def __init__(self, reader: User, browser: Browser, count: int) -> None:
        self.reader = reader
        self.browser = browser
        self.count = count
        self.draw = random.Random(reader.username)  # noqa: S311 nothing secret

    def pages(self) -> Iterator[Page]:
        words, rare = self._search(_COMMON_WORDS), self._search(self._rare_words())
        clients = self._filtered("clients:list", _client_filter)
        yield Page("Client list", self._walk("clients:list"), "Creme 314 / 209, django-crm 556, Horilla 117 to 267")
        yield Page("Client list, filtered", clients)
        yield Page("Client list, panel of filters open", [f"{address}&filters=1" for address in clients])
        yield Page("Contact list", self._walk("contacts:list"))
        yield Page("Contact list, filtered", self._filtered("contacts:list", _contact_filter))
        yield Page("Search, common word", words, "Creme 1,093")
        yield Page("Search, rare word", rare, "Creme 1,093")
        yield Page("Search, digits of a phone", self._search(self._digits()), "Creme 1,093")
        yield Page("Search, e-mail", self._search(self._emails()), "Creme 1,093")
        mixed = [address for pair in zip(words, rare, strict=True) for address in pair]
        yield Page("Search while typing", mixed[: self.count], is_fragment=True)
        yield Page("Client", self._enough([client.get_absolute_url() for client in self.clients]), "Creme 529")
        yield Page("Contact", self._enough([contact.get_absolute_url() for contact in self.contacts]))

    def _walk(self, name: str) -> list[str]:
        """Every order, page after page as a reader turns them."""
        found: list[str] = []
        for sort in _SORTS:
            address = f"{reverse(name)}?sort={sort}"
            for _ in range(self.count // len(_SORTS) + 1):
                found.append(address)
                following = _NEXT.search(self.browser.get(address).content.decode())
                if not following:
                    break
                address = reverse(name) + unescape(following[1])
        self.draw.shuffle(found)
        return self._enough(found)

    def _filtered(self, name: str, draw_filter: Callable[["Asker"], tuple[str, str]]) -> list[str]:
        """One to three filters at a time, in any order of the list."""
        found = []
        for _ in range(self.count):
            filters = dict(draw_filter(self) for _ in range(self.draw.choice((1, 1, 2, 3))))
            found.append(f"{reverse(name)}?{urlencode({**filters, 'sort': self.draw.choice(_SORTS)})}")
        return found

    def _rare_words(self) -> list[str]:
        """The longest word of a name, half of them of clients that the reader need not see."""
        names = [client.name for client in (*self.clients, *self._sample(Client.objects.alive()))]
        return [max(_WORD.findall(name), key=len) for name in names]

    def _digits(self) -> list[str]:
        """The last seven digits, a whole number with its gaps, or the beginning."""
        phones = [phone for contact in self.contacts for phone in contact.phones.all()[:1]]
        ways = (lambda phone: phone.e164[-7:], lambda phone: phone.formatted, lambda phone: phone.e164[:9])
        return [self.draw.choice(ways)(phone) for phone in phones]

    def _emails(self) -> list[str]:
        addresses = [email.address for contact in self.contacts for email in contact.emails.all()[:1]]
        return [self.draw.choice((address, address.partition("@")[0])) for address in addresses]

    def _search(self, words: Sequence[str]) -> list[str]:
        drawn = [self.draw.choice(words) for _ in range(self.count)]
        return [f"{reverse('search')}?{urlencode({'q': word})}" for word in drawn]

    @cached_property
    def clients(self) -> list[Client]:
        return self._sample(Client.objects.visible_to(self.reader))

    @cached_property
    def contacts(self) -> list[Contact]:
        return self._sample(Contact.objects.visible_to(self.reader).prefetch_related("phones", "emails"))

    def _sample(self, records: Any) -> list[Any]:
        keys = list(records.order_by("id").values_list("pk", flat=True))
        return list(records.in_bulk(self.draw.sample(keys, min(self.count, len(keys)))).values())

    def _enough(self, addresses: list[str]) -> list[str]:
        return [addresses[number % len(addresses)] for number in range(self.count)]


def _client_filter(asker: Asker) -> tuple[str, str]:
    draw, trade, country = asker.draw, asker.draw.choice(TRADES), asker.draw.choice(tuple(COUNTRIES))
    filters = (
        ("status", draw.choice(ClientStatus.values)),
        ("industry", trade.industry),
        ("source", draw.choice(SOURCES)),
        ("city", draw.choice(country.cities)[0]),
        ("country", country.code),
        ("tags", draw.choice(trade.tags)),
        ("owner", str(draw.choice(asker.clients).owner_id)),
        ("mine", "on"),
        ("q", draw.choice(_COMMON_WORDS)),
        ("updated_from", f"2026-0{draw.randint(1, 9)}-01"),
    )
    return draw.choice(filters)


def _contact_filter(asker: Asker) -> tuple[str, str]:
    draw = asker.draw
    filters = (
        ("language", draw.choice(("uk", "en", "pl"))),
        ("consent", draw.choice(Consent.values)),
        ("tags", draw.choice(TAGS)),
        ("birth_month", str(draw.randint(1, 12))),
        ("has_phone", draw.choice(("yes", "no"))),
        ("has_email", draw.choice(("yes", "no"))),
        ("owner", str(draw.choice(asker.clients).owner_id)),
        ("employer", str(draw.choice(asker.clients).pk)),
        ("q", draw.choice(_COMMON_WORDS)),
        ("updated_from", f"2026-0{draw.randint(1, 9)}-01"),
    )
    return draw.choice(filters)
