"""What one reader asks of the board, and the cards that he moves."""

import random
import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser
from django.urls import reverse
from pages_parts.asking import Page
from pages_parts.timing import WARM_UP, Measured, PageFailed, Visitor, WebServer

from projects.models import Deal, Pipeline, StageKind
from teams.models import User

_SORTS = ("-updated", "updated", "-amount", "amount", "close", "-close")
_MORE = re.compile(r'hx-get="([^"]+)"')
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class BoardAsker:
    """`count` addresses a page."""

    def __init__(self, reader: User, browser: Browser, count: int) -> None:
        self.reader = reader
        self.browser = browser
        self.count = count
        self.draw = random.Random(reader.username)  # noqa: S311 nothing secret
        self.board = reverse("deals:board")

    def first_pages(self) -> Iterator[Page]:
        yield Page("Board", [self.board] * self.count)
        yield Page(
            "Board, in another order", [self._with(self.board, sort=self.draw.choice(_SORTS[1:])) for _ in self._times]
        )
        yield Page("Board, filtered", [self._with(self.board, **self._filter()) for _ in self._times])

    def figures(self) -> Iterator[Page]:
        months = [f"2026-{number:02}" for number in range(1, 13)]
        calendar, forecast = reverse("deals:calendar"), reverse("deals:forecast")
        yield Page("Calendar, a month", [f"{calendar}?month={self.draw.choice(months)}" for _ in self._times])
        yield Page("Forecast by months", [forecast] * self.count)
        yield Page("Forecast by owner", [f"{forecast}?by=owner"] * self.count)
        yield Page(
            "Forecast by stage, filtered", [self._with(forecast, by="stage", **self._filter()) for _ in self._times]
        )

    def further_pages(self) -> Iterator[Page]:
        yield Page("Further cards of a column", self._further(), is_fragment=True)

    @property
    def _times(self) -> range:
        return range(self.count)

    @staticmethod
    def _with(page: str, **parameters: Any) -> str:
        return f"{page}?{urlencode(parameters)}"

    def _filter(self) -> dict[str, Any]:
        words = ("портал", "migration", "банк", "support", "логістика")
        filters: tuple[dict[str, Any], ...] = (
            {"q": self.draw.choice(words)},
            {"mine": "on"},
            {"amount_from": self.draw.randint(1, 80) * 1000},
            {"close_to": f"2027-0{self.draw.randint(1, 6)}-01"},
            {"q": self.draw.choice(words), "amount_from": self.draw.randint(1, 80) * 1000},
        )
        return self.draw.choice(filters)

    def _further(self) -> list[str]:
        """Down the columns, each to where it ends or twenty times."""
        waiting, found = self._more_of(self.board), []
        while waiting and len(found) < self.count:
            address = waiting.pop(0)
            found.append(address)
            waiting += self._more_of(address, HTTP_HX_REQUEST="true")
        return [found[number % len(found)] for number in self._times] if found else []

    def _more_of(self, address: str, **headers: str) -> list[str]:
        content = self.browser.get(address, **headers).content.decode()
        return [unescape(found) for found in _MORE.findall(content) if "column=" in found]


class Mover:
    """Moves open deals by the address that the script of the board posts to."""

    def __init__(self, reader: User, visitor: Visitor, server: WebServer, pipeline: Pipeline) -> None:
        self.reader = reader
        self.visitor = visitor
        self.server = server
        self.stages = list(pipeline.stages.filter(kind=StageKind.OPEN).order_by("position"))
        self.draw = random.Random(reader.username)  # noqa: S311 nothing secret

    def measure(self, count: int) -> Measured:
        headers = self._signed()
        editable = Deal.objects.editable_by(self.reader).filter(state=StageKind.OPEN, stage__in=self.stages)
        keys = list(editable.order_by("id").values_list("pk", flat=True))
        for key in self.draw.choices(keys, k=WARM_UP):
            self._move(key, headers)
        before = self.server.computed()
        times = [self._move(key, headers) for key in self.draw.choices(keys, k=count)]
        computed = (self.server.computed() - before) / count
        return Measured(Page("A card moved to another stage", []), sorted(times), computed, 0)

    def _signed(self) -> dict[str, str]:
        """The token that the page shows, and the cookie that it is compared with."""
        connection = self.visitor.connection
        connection.close()
        connection.request("GET", reverse("deals:board"), headers={"Cookie": self.visitor.cookie})
        answer = connection.getresponse()
        token = _TOKEN.search(answer.read().decode())
        cookies = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        if token is None:
            raise PageFailed("The board shows no token for its writes.")
        return {
            "Cookie": "; ".join([self.visitor.cookie, *cookies]),
            "X-CSRFToken": token[1],
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def _move(self, key: Any, headers: dict[str, str]) -> float:
        deal = Deal.objects.editable_by(self.reader).only("version", "stage").get(pk=key)
        to = self.draw.choice([stage for stage in self.stages if stage.pk != deal.stage_id])
        body = urlencode({"stage": to.pk, "version": deal.version, "from": deal.stage_id})
        address = reverse("deals:board_move", args=[key])
        start = time.perf_counter()
        self.visitor.connection.request("POST", address, body=body, headers=headers)
        answer = self.visitor.connection.getresponse()
        answer.read()
        taken = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise PageFailed(f"{address} answered {answer.status}.")
        return taken
