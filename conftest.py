"""Shared by all tests: quick settings, a real Chromium, a real Celery worker."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

# Playwright's synchronous interface runs an event loop in the test's thread, and Django would refuse to query there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# A queue of this process alone: its worker takes no other test run's jobs, nor they its.
os.environ["CELERY_QUEUE"] = f"test-{uuid.uuid4().hex[:12]}"

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_configure() -> None:
    from django.conf import settings

    settings.CELERY_TASK_DEFAULT_QUEUE = os.environ["CELERY_QUEUE"]
    # Pictures of tests are nobody's.
    settings.MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="porada-media-"))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def speaking_english() -> Iterator[None]:
    """Each test begins in English, whatever language the one before it spoke or failed in."""
    from django.conf import settings
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: "Browser", live_server: "LiveServer") -> "Iterator[Page]":
    """An anonymous page of the live server; script errors and breaches of the CSP fail the test."""
    context = chromium.new_context(base_url=live_server.url, locale="en-US", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: "Content Security Policy" in message.text and faults.append(message.text))
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="session")
def celery_worker_process(django_db_setup: None) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker over the test database; use it with `live_server` or `transactional_db`."""
    from django.db import connection

    database = connection.settings_dict
    who = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{who}@{database['HOST']}:{database['PORT']}/{quote(database['NAME'])}",
    }
    name = f"{os.environ['CELERY_QUEUE']}@localhost"
    command = [sys.executable, "-m", "celery", "-A", "crm", "worker", "-l", "WARNING", "-c", "1", "-n", name]
    worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], env=environment)
    try:
        _wait_for_worker(worker, name)
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)


def _wait_for_worker(worker: subprocess.Popen[bytes], name: str) -> None:
    from crm.celery import app

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert worker.poll() is None, "the Celery worker ended at its start"
        if app.control.ping(destination=[name], timeout=0.5):
            return
    raise AssertionError("the Celery worker does not answer")
