"""What one reader asks of his tasks."""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pages_parts.asking import Page
from pages_parts.timing import Measured

from teams.models import User

_MORE = re.compile(r'hx-get="([^"]+)"')
_MONTHS = range(-6, 3)
#: Rows that are only looked at.
_UNBOUNDED = "The list"


class TaskAsker:
    """`count` addresses a page."""

    def __init__(self, reader: User, browser: Browser, count: int) -> None:
        self.reader = reader
        self.browser = browser
        self.count = count
        self.draw = random.Random(reader.username)  # noqa: S311 nothing secret
        self.board = reverse("tasks:board")

    def pages(self) -> Iterator[Page]:
        yield Page("My day", [reverse("tasks:day")] * self.count)
        yield Page("Board", [self.board] * self.count)
        yield Page("Board, mine", [f"{self.board}?mine=on"] * self.count)
        yield Page("Further cards of a column", self._further(), is_fragment=True)
        yield Page("Calendar: the events of a month, mine", self._events())
        yield Page("Calendar: the events of a month, everybody's", self._events(everybody="on"))
        yield Page("Calendar: the page with its month, mine", self._months())
        yield Page("Calendar: the page with its month, everybody's", self._months(everybody="on"))
        yield Page("The list by due date", [reverse("tasks:list")] * self.count)
        yield Page("The list of what I gave others", [f"{reverse('tasks:list')}?given=on&state=todo"] * self.count)

    def _month(self) -> date:
        present = timezone.localdate().replace(day=15)
        return (present + timedelta(days=30 * self.draw.choice(_MONTHS))).replace(day=1)

    def _events(self, **parameters: str) -> list[str]:
        found = []
        for _number in range(self.count):
            first = self._month()
            first -= timedelta(days=first.weekday())
            days = {"start": first.isoformat(), "end": (first + timedelta(days=42)).isoformat()}
            found.append(f"{reverse('tasks:calendar_events')}?{urlencode({**days, **parameters})}")
        return found

    def _months(self, **parameters: str) -> list[str]:
        calendar = reverse("tasks:calendar")
        months = (f"{self._month():%Y-%m}" for _number in range(self.count))
        return [f"{calendar}?{urlencode({'month': month, **parameters})}" for month in months]

    def _further(self) -> list[str]:
        """Down the columns, each to where it ends or until there are enough."""
        waiting, found = self._more_of(self.board), []
        while waiting and len(found) < self.count:
            address = waiting.pop(0)
            found.append(address)
            waiting += self._more_of(address, HTTP_HX_REQUEST="true")
        return [found[number % len(found)] for number in range(self.count)]

    def _more_of(self, address: str, **headers: str) -> list[str]:
        content = self.browser.get(address, **headers).content.decode()
        return [unescape(found) for found in _MORE.findall(content) if "column=" in found]


def is_bounded(measured: Measured) -> bool:
    return not measured.page.title.startswith(_UNBOUNDED)
