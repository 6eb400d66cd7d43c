"""Asks a running gunicorn, one request after another over a kept connection, and times the whole answer."""

import http.client
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.embedded.ports import kept_or_free_port
from pages_parts.asking import Page

WARM_UP, _COUNTED, _PATIENCE = 20, 20, 60


@dataclass(frozen=True)
class Measured:
    """Milliseconds of the whole answer, those of them that the web process computed, and the most queries of one."""

    page: Page
    times: list[float]
    computed: float
    queries: int

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return self.times[max(0, round(len(self.times) * 0.95) - 1)]

    @property
    def slowest(self) -> float:
        return self.times[-1]


class PageFailed(Exception):
    """A page answered with something else than 200."""


def signed_in(user: Any) -> Browser:
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return browser


@dataclass(frozen=True)
class WebServer:
    port: int
    process: psutil.Process

    def computed(self) -> float:
        """Milliseconds that its processes have computed so far."""
        times = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        return sum(each.user + each.system for each in times) * 1000


@contextmanager
def web_server() -> Iterator[WebServer]:
    """The product's own gunicorn with one process."""
    port = kept_or_free_port(None)
    own = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1", "BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "--log-level", "warning", "crm.wsgi"]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **own})
    try:
        _wait_for(port, server)
        yield WebServer(port, psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{reverse(settings.LOGIN_URL)}", timeout=10).close()
            return
        except OSError:
            time.sleep(0.1)
    raise PageFailed("The web server did not start.")


class Visitor:
    """A signed-in reader at the web server."""

    def __init__(self, browser: Browser, server: WebServer) -> None:
        self.browser = browser
        self.server = server
        self.cookie = f"sessionid={browser.cookies['sessionid'].value}"
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def measure(self, page: Page) -> Measured:
        headers = {"Cookie": self.cookie, **page.headers}
        # The server has hung up since the page before: the queries of that one were counted meanwhile.
        self.connection.close()
        for address in page.addresses[:WARM_UP]:
            self._time(address, headers)
        before = self.server.computed()
        times = sorted(self._time(address, headers) for address in page.addresses)
        computed = (self.server.computed() - before) / len(times)
        return Measured(page, times, computed, self._most_queries(page))

    def _time(self, address: str, headers: dict[str, str]) -> float:
        start = time.perf_counter()
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        taken = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise PageFailed(f"{address} answered {answer.status}.")
        return taken

    def _most_queries(self, page: Page) -> int:
        counts = []
        for address in page.addresses[:_COUNTED]:
            with CaptureQueriesContext(connection) as queries:
                self.browser.get(address, headers=page.headers)
            counts.append(len(queries))
        return max(counts)
