"""The pieces of timelines that are measured, and the addresses at which each reader asks for them."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pages_parts.asking import Page

from clients.models import Client
from contacts.models import Contact, Employment
from crm.timeline.models import Entry
from crm.timeline.registry import kinds
from teams.models import Membership, User
from timeline_parts.cast import Cast
from timeline_parts.words import COMMON, ELSEWHERE, NOWHERE

_BODY, _LIST, _MORE = "timeline-body", "timeline-list", "timeline-more-1"
_EARLIER = re.compile(r'class="btn"\s+href="([^"]+)"')
_PAGES_DEEP, _YEARS = 20, 3


class TimelineAsker:
    """What one reader asks for; `count` addresses a row of the report."""

    def __init__(self, reader: User, browser: Browser, cast: Cast, count: int) -> None:
        self.reader = reader
        self.browser = browser
        self.cast = cast
        self.count = count
        self.draw = random.Random(reader.username)  # noqa: S311 nothing secret

    def first_pages(self) -> Iterator[Page]:
        """Those that have to be within the bound."""
        yield Page("Huge client, first page", self._enough([_address(self.cast.huge)]), target=_BODY)
        yield Page("Closed client, first page", self._enough([_address(self.cast.closed)]), target=_BODY)
        people = Employment.objects.filter(client=self.cast.huge, until=None).values("contact")
        seen = Contact.objects.visible_to(self.reader)
        yield Page("People of the huge client, first page", self._of(seen.filter(pk__in=people)), target=_BODY)
        yield Page("Other clients, first page", self._of(Client.objects.visible_to(self.reader)), target=_BODY)
        yield Page("Other contacts, first page", self._of(seen), target=_BODY)

    def further_pages(self) -> Iterator[Page]:
        yield Page("Huge client, 20 pages of “Show earlier”", self._enough(self._deep(self.cast.huge)), target=_MORE)
        yield Page(
            "Closed client, 20 pages of “Show earlier”", self._enough(self._deep(self.cast.closed)), target=_MORE
        )
        yield Page("Huge client, page of its own", self._enough([_address(self.cast.huge)]))
        for kind in kinds():
            yield self._filtered(f"only of kind “{kind.key}”", [{"kind": kind.key}])
        yield self._filtered("by person", [{"person": actor} for actor in self._actors()])
        yield self._filtered("by somebody who did nothing there", [{"person": self._stranger()}])
        yield self._filtered("by period", self._periods())
        yield self._filtered("by kind, person and period", self._mixed())

    def searches(self) -> Iterator[Page]:
        yield self._filtered("a common word", _words(COMMON))
        yield self._filtered("the name of a project", _words(self._names()))
        yield self._filtered("the code of one entry", _words(self._codes()))
        yield self._filtered("a word of others, in millions", _words([ELSEWHERE]))
        yield self._filtered("a word that is nowhere", _words([NOWHERE]))
        closed = [f"{_address(self.cast.closed)}?{urlencode(each)}" for each in _words(COMMON)]
        yield Page("Closed client, a common word", self._enough(closed), target=_LIST)

    def _filtered(self, title: str, filters: Sequence[dict[str, Any]]) -> Page:
        addresses = [f"{_address(self.cast.huge)}?{urlencode(each)}" for each in filters]
        return Page(f"Huge client, {title}", self._enough(addresses), target=_LIST)

    def _of(self, records: Any) -> list[str]:
        keys = list(records.order_by("pk").values_list("pk", flat=True))
        found = records.in_bulk(self.draw.sample(keys, min(self.count, len(keys))))
        return self._enough([_address(record) for record in found.values()])

    def _deep(self, client: Client) -> list[str]:
        """Of the page below the first one and of those below it."""
        found: list[str] = []
        address, headers = _address(client), {"HX-Request": "true", "HX-Target": _LIST}
        while len(found) < _PAGES_DEEP:
            following = _EARLIER.search(self.browser.get(address, headers=headers).content.decode())
            if following is None:
                break
            address, headers = unescape(following[1]), {"HX-Request": "true", "HX-Target": _MORE}
            found.append(address)
        return found

    def _actors(self) -> list[int]:
        return list(Membership.objects.filter(team=self.cast.huge.team_id).values_list("user_id", flat=True))

    def _stranger(self) -> int:
        return User.objects.exclude(pk__in=self._actors()).order_by("pk").values_list("pk", flat=True)[0]

    def _periods(self) -> list[dict[str, Any]]:
        """A week to half a year, anywhere in the three years, and two of before."""
        today = timezone.localdate()
        found = [{"since": "2001-01-01", "until": "2010-12-31"}, {"until": "2015-12-31"}]
        for _ in range(self.count):
            since = today - timedelta(days=self.draw.randrange(_YEARS * 365))
            found.append({"since": str(since), "until": str(since + timedelta(days=self.draw.choice((7, 30, 180))))})
        return found

    def _mixed(self) -> list[dict[str, Any]]:
        actors, keys = self._actors(), [kind.key for kind in kinds()]
        return [
            {"kind": self.draw.choice(keys), "person": self.draw.choice(actors), **period} for period in self._periods()
        ]

    def _names(self) -> list[str]:
        """A few dozen entries of the huge client have each."""
        docs = self._docs(Entry.objects.filter(search_doc__contains=" проєкт "))
        return [doc.partition("проєкт ")[2].split()[0].strip(".") for doc in docs]

    def _codes(self) -> list[str]:
        return [doc.rpartition(" ")[2] for doc in self._docs(Entry.objects.exclude(search_doc=""))]

    def _docs(self, entries: Any) -> list[str]:
        own = entries.filter(places__subject_id=self.cast.huge.pk, places__is_primary=True)
        return list(own.order_by("-places__at").values_list("search_doc", flat=True)[: self.count * 10 : 10])

    def _enough(self, addresses: list[str]) -> list[str]:
        return [addresses[number % len(addresses)] for number in range(self.count)]


def _address(record: Any) -> str:
    return reverse("timeline:of", args=[record._meta.label_lower, record.pk])


def _words(words: Sequence[str]) -> list[dict[str, Any]]:
    return [{"words": word} for word in words]
