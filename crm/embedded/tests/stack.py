"""A whole product over a var folder of its own, started and stopped as a person at a terminal would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from crm.embedded.addresses import service_addresses
from crm.embedded.processes import processes_of_stack
from crm.embedded.runner import web_answers
from crm.embedded.service import CLONE

NAMES = ("web", "worker", "beat", "postgres", "redis")
# What would lead the product to services or ports that are not its own.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", "BASE_URL", "SECRET_KEY", "CELERY_QUEUE")


def environment(var: Path, **extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "PORADA_VAR": str(var), "WORKER_CONCURRENCY": "1", "WEB_CONCURRENCY": "1", **extra}


def run_command(*options: str) -> list[str]:
    return [sys.executable, "-m", "crm.embedded", "run", *options]


def try_to_start(var: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """For starts that are expected to be refused; the text is all that the terminal shows."""
    return subprocess.run(
        run_command("--empty"),
        cwd=CLONE,
        env=environment(var, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def eventually(condition: Callable[[], bool], *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


class Stack:
    def __init__(self, var: Path) -> None:
        self.var = var
        self.runner: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Unless it runs already; that it ended without a test's doing is a failure."""
        if self.is_running():
            return
        assert self.runner is None, self.terminal()
        with (self.var.parent / "terminal").open("wb") as terminal:
            self.runner = subprocess.Popen(
                run_command("--empty"),
                cwd=CLONE,
                env=environment(self.var),
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )
        is_up = eventually(lambda: "runs at" in self.terminal() or not self.is_running(), within=150)
        assert is_up, self.terminal()
        assert self.is_running(), self.terminal()

    def is_running(self) -> bool:
        return self.runner is not None and self.runner.poll() is None

    def terminal(self) -> str:
        return (self.var.parent / "terminal").read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.runner is not None
        assert self.is_running(), self.terminal()
        self.runner.send_signal(number)
        return self.wait_for_end()

    def wait_for_end(self) -> int:
        assert self.runner is not None
        code = self.runner.wait(60)
        self.runner = None
        return code

    def pid(self, name: str) -> int:
        try:
            return int((self.var / "run" / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def is_alive(self, name: str) -> bool:
        return psutil.pid_exists(self.pid(name))

    def processes(self) -> list[psutil.Process]:
        return processes_of_stack(self.var)

    def is_gone(self) -> bool:
        return not self.processes()

    def answers(self, name: str) -> bool:
        return {
            "web": self.web_answers,
            "worker": self.worker_answers,
            "beat": lambda: self.is_alive("beat"),
            "postgres": self.postgres_answers,
            "redis": self.redis_answers,
        }[name]()

    def web_answers(self) -> bool:
        return web_answers(self.addresses()["web"])

    def worker_answers(self) -> bool:
        with Celery(broker=self.addresses()["redis"], set_as_current=False) as app:
            try:
                return bool(app.control.ping(timeout=0.5))
            except (OperationalError, redis.RedisError):
                return False

    def postgres_answers(self) -> bool:
        try:
            return self.query("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def redis_answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.addresses()["redis"], socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.addresses()["database"], autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.addresses()["database"], autocommit=True) as connection:
            connection.execute(statement)

    def addresses(self) -> dict[str, str]:
        return service_addresses(self.var)
