"""The backing services (PostgreSQL and Redis) of one var folder, without the web server and the workers."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.embedded.cluster import database_url, make_database, postgres_answers, postgres_service
from crm.embedded.errors import CannotStart
from crm.embedded.kept import load_kept
from crm.embedded.redis_server import redis_answers, redis_service, redis_url
from crm.embedded.service import CLONE, Service, last_lines, log_file, stack_environment

PATIENCE = 60


@dataclass
class Backing:
    """The services that this stack starts itself, and the addresses that the settings are to read."""

    services: list[Service] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Callable[[], bool]] = field(default_factory=dict)
    make_ready: Callable[[], None] = lambda: None


def plan_backing(var: Path, *, disposable: bool) -> Backing:
    """What the environment names (DATABASE_URL, REDIS_URL) is somebody else's to run."""
    backing = Backing()
    wants_postgres, wants_redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if not wants_postgres and not wants_redis:
        return backing
    kept = load_kept(var)
    if wants_postgres:
        backing.services.append(postgres_service(var, kept, disposable=disposable))
        backing.addresses["database"] = database_url(kept)
        backing.answers["postgres"] = lambda: postgres_answers(kept)
        backing.make_ready = lambda: make_database(kept)
    if wants_redis:
        backing.services.append(redis_service(var, kept, disposable=disposable))
        backing.addresses["redis"] = redis_url(kept)
        backing.answers["redis"] = lambda: redis_answers(kept)
    return backing


@contextmanager
def running(backing: Backing, var: Path) -> Iterator[None]:
    """Runs the services as our own children; at the end they are stopped in order, in an emergency too."""
    with ExitStack() as started:
        for service in backing.services:
            _start(service, var, backing.answers[service.name], started)
        backing.make_ready()
        yield


def _start(service: Service, var: Path, answers: Callable[[], bool], started: ExitStack) -> None:
    """After a killed server the first start can fail and the next one, a second later, works."""
    for _attempt in range(3):
        process = _spawn(service, var)
        started.callback(_stop, process, service)
        if _wait_for(process, answers):
            return
        time.sleep(1)
    log = log_file(var, service.name)
    raise CannotStart(f"{service.name} did not start. The end of {log}:\n{last_lines(log)}")


def _spawn(service: Service, var: Path) -> subprocess.Popen[bytes]:
    with log_file(var, service.name).open("ab") as log:
        return subprocess.Popen(
            service.launch_command(var),
            cwd=CLONE,
            env=stack_environment(var),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is ours: the services are stopped after those who use them.
            start_new_session=True,
        )


def _wait_for(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if answers():
            return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes], service: Service) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.Signals[f"SIG{service.stop_signal}"])
    try:
        process.wait(service.patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
