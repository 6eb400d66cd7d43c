"""A file that is cut off is not taken for a whole one: read through the real web server, by plain sockets."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser

from clients.models import Client
from clients.tests.factories import make_client
from crm.listing.testing import multiply
from teams.models import User
from teams.services.leaving import deactivate_person
from teams.tests.factories import Cast, make_cast
from teams.tests.test_password_reset import free_port

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 3000
# More than all buffers between the server and a reader who does not read.
LONG = "x" * 6000
LAST_LINE = b"This file is not complete"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def server(transactional_db: None) -> Iterator[int]:
    """The port of gunicorn with the product's own settings, over the test database."""
    database, port = connection.settings_dict, free_port()
    who = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    where = f"{database['HOST']}:{database['PORT']}/{quote(database['NAME'])}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{who}@{where}",
        "DATABASE_POOL_SIZE": "3",
        "PORT": str(port),
        "SECRET_KEY": settings.SECRET_KEY,
        "WEB_CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "crm.wsgi"]
    process = subprocess.Popen(command, env=environment, cwd=Path(settings.BASE_DIR))
    try:
        _wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "gunicorn ended at its start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("gunicorn does not listen")


def begin_export(person: User, port: int) -> http.client.HTTPResponse:
    """An answer of which nothing but the head is read."""
    browser = Browser()
    browser.force_login(person)
    reader = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    reader.sock = socket.socket()
    reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    reader.sock.connect(("127.0.0.1", port))
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    reader.request("GET", "/clients/export/?format=csv", headers={"Cookie": cookie})
    answer: Any = reader.getresponse()
    assert answer.status == 200
    assert answer.headers["Transfer-Encoding"] == "chunked"
    return answer


def test_the_connection_breaks_off_when_its_reader_is_deactivated(cast: Cast, server: int) -> None:
    client = make_client(cast.ann, "Acme")
    Client.objects.filter(pk=client.pk).update(description=LONG)
    multiply(Client.objects.get(pk=client.pk), ROWS - 1)
    whole = begin_export(cast.bob, server).read()
    assert whole.count(b"Acme") == ROWS
    assert LAST_LINE not in whole
    answer = begin_export(cast.ann, server)
    deactivate_person(cast.ann, actor=cast.dana)
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer.read()
    assert 0 < cut.value.partial.count(b"Acme") < ROWS
    assert LAST_LINE in cut.value.partial.splitlines()[-1]
