"""Telling the workers that there is work. The rows in the database are the truth, so nobody needs to hear it."""

import logging
import socket
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

from celery import Task
from django.conf import settings
from kombu.exceptions import OperationalError

_REDIS_PORT = 6379
_LONGEST_KNOCK = 1.0
# Seconds for which a broker that did not answer is not asked again: one save waits for it, and not each.
_SILENCE = 10.0
logger = logging.getLogger(__name__)
# Address of a broker → when, on the clock of this process, it may be asked again.
_silent_until: dict[str, float] = {}


def tell_workers(task: "Task[Any, Any]", *args: Any) -> bool:
    """Queue a task; False when the broker does not answer now. Waits for a second at most, raises nothing."""
    address = settings.CELERY_BROKER_URL
    if time.monotonic() < _silent_until.get(address, 0.0):
        return False
    try:
        _knock(urlsplit(address))
        # A connection that is kept since before the broker went away fails once.
        task.apply_async(args=args, retry=True, retry_policy={"max_retries": 1, "interval_start": 0})
    except (OperationalError, OSError) as error:
        _silent_until[address] = time.monotonic() + _SILENCE
        logger.warning("The broker does not answer (%s); “%s” waits for the sweeper.", error, task.name)
        return False
    return True


def _knock(broker: SplitResult) -> None:
    """Raises OSError soon for a broker that is down or hangs: the client library would try for many seconds."""
    if not broker.hostname:
        return
    with socket.create_connection((broker.hostname, broker.port or _REDIS_PORT), timeout=_LONGEST_KNOCK) as door:
        # The system takes connections for a process that hangs; one that lives answers, if only to ask for a password.
        if broker.scheme == "redis":
            door.sendall(b"PING\r\n")
            door.recv(1)
