"""For tests of what goes through the outbox: deliver at once, or by a real worker over a Redis that can be stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from kombu import pools

from crm.celery import app
from crm.outbox.dispatching import dispatch_inside, dispatch_outside

_PATIENCE = 30.0


def deliver_all() -> int:
    """Deliver what is due as a worker would, inside first; how many messages were taken."""
    return dispatch_inside() + dispatch_outside()


def eventually(is_so: Callable[[], bool], *, within: float = _PATIENCE) -> bool:
    """Ask again and again until it is so, or the seconds are over."""
    end = time.monotonic() + within
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class StoppableRedis:
    """A Redis of one test. Stopped, it forgets what it held, as one without a disk does."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not eventually(self.answers):
            raise AssertionError("Redis did not start")

    def answers(self) -> bool:
        """Not only taken by the system: it has read what it was sent."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as door:
                door.sendall(b"PING\r\n")
                return bool(door.recv(1))
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """Alive and silent."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_as_broker() -> Iterator[StoppableRedis]:
    """A Redis of its own as the broker of this process."""
    redis, before = StoppableRedis(), settings.CELERY_BROKER_URL
    redis.start()
    try:
        _use_broker(redis.url)
        yield redis
    finally:
        _use_broker(before)
        redis.thaw()
        redis.stop()


def _use_broker(url: str) -> None:
    settings.CELERY_BROKER_URL = url
    app.conf.update(broker_url=url, broker_write_url=url, broker_read_url=url)
    # What Celery has opened leads to the broker of before, or to this one before it was stopped.
    pools.reset()
    own: Any = app
    own._pool = None
    own.amqp._producer_pool = None


@contextmanager
def worker_with_beat(redis: StoppableRedis, *modules: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A real worker with its beat over the test database; it imports these modules. Needs a transactional database."""
    # What this process opened to a broker that was stopped meanwhile leads nowhere.
    _use_broker(redis.url)
    database = connection.settings_dict
    who = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    address = f"postgres://{who}@{database['HOST']}:{database['PORT']}/{quote(database['NAME'])}"
    folder = tempfile.mkdtemp(prefix="porada-beat-")
    command = [sys.executable, "-m", "celery", "-A", "crm", "worker", "-B", "-s", f"{folder}/schedule", "-c", "1"]
    command += ["-l", "WARNING", "--without-gossip", "--without-mingle"]
    command += [word for module in modules for word in ("-I", module)]
    environment = {**os.environ, "DATABASE_URL": address, "REDIS_URL": redis.url}
    worker = subprocess.Popen(command, env=environment)
    try:
        if not eventually(lambda: bool(app.control.ping(timeout=0.5))):
            raise AssertionError("the Celery worker does not answer")
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
