"""`bin/run`: prepares everything, hands the processes to the supervisor, and stops them in order at the end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from crm.embedded import console, ports
from crm.embedded.backing import Backing, plan_backing, running
from crm.embedded.errors import CannotStart
from crm.embedded.kept import publish_addresses
from crm.embedded.processes import end, processes_of_stack
from crm.embedded.service import CLONE, Service, last_lines, log_file, pid_file, stack_environment
from crm.embedded.supervision import product_services, start_supervisor
from crm.embedded.var_folder import check_free_space, make_folders, only_run

FIRST_PORT = 8000
PATIENCE_FOR_WEB = 120


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal; not an error, so `except Exception` may not swallow it."""


def run(var: Path, *, empty: bool) -> None:
    """Returns when it was told to stop. Raises CannotStart."""
    make_folders(var)
    with only_run(var):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        try:
            _run_alone(var, empty=empty)
        except Stopped:
            console.say("Stopped. The data is kept.")


def _run_alone(var: Path, *, empty: bool) -> None:
    _end_leftovers(var)
    check_free_space(var)
    host = os.environ.get("HOST") or "127.0.0.1"
    with _claimed_port(host) as held:
        _run_at(var, host, ports.port_of(held), empty=empty)


def _run_at(var: Path, host: str, port: int, *, empty: bool) -> None:
    backing = plan_backing(var, disposable=False)
    check_free_space(*(service.data for service in backing.services if service.data))
    url = _web_url(host, port)
    publish_addresses(var, **backing.addresses, web=url)
    console.say("Preparing the database…")
    with running(backing, var):
        _prepare(var, empty=empty)
    _supervise(var, [*backing.services, *product_services(var, host, port)], backing, url)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _end_leftovers(var: Path) -> None:
    """A run that was killed takes its processes with it within seconds; what is stuck is ended here."""
    left = processes_of_stack(var)
    if not left:
        return
    console.say("Waiting for what an earlier run has left behind…")
    end(left, patience=10)


def _claimed_port(host: str) -> socket.socket:
    wanted = os.environ.get("PORT")
    if not wanted:
        free = ports.first_free_port(FIRST_PORT, host)
        if free is None:
            raise CannotStart(f"No port from {FIRST_PORT} on is free at {host}. Name one in PORT.")
        return free
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise CannotStart(f"PORT is {wanted!r}: it must be a number from 1 to 65535.")
    claimed = ports.claim(int(wanted), host)
    if claimed is None:
        raise CannotStart(f"Port {wanted} at {host} is taken by another program. Name another one in PORT, or none.")
    return claimed


def _web_url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _prepare(var: Path, *, empty: bool) -> None:
    state = json.loads(_python(var, "-m", "crm.embedded.prepare"))
    kind = var / "first_start"
    if not kind.exists():
        # A demo whose making was interrupted has its passwords already, and is finished.
        is_untouched = not state["has_users"] or (var / "demo.json").exists()
        wants_demo = not empty and not os.environ.get("DATABASE_URL") and is_untouched
        if wants_demo:
            console.say("Filling the demo company…")
            _python(var, "manage.py", "demo", "--json")
        kind.write_text("demo\n" if wants_demo else "empty\n")
        state["has_users"] = state["has_users"] or wants_demo
    if not state["has_users"]:
        _ask_for_first_admin(var)


def _python(var: Path, *arguments: str) -> str:
    """Its standard output; what it says on standard error goes to the log."""
    log = log_file(var, "prepare")
    with log.open("w") as errors:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=CLONE,
            env=stack_environment(var),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise CannotStart(f"`{' '.join(arguments)}` failed. The end of {log}:\n{last_lines(log)}")
    return done.stdout


def _ask_for_first_admin(var: Path) -> None:
    if not sys.stdin.isatty():
        console.say("There is no user yet. Make the first admin with: .venv/bin/python manage.py createsuperuser")
        return
    console.say("The first admin:")
    subprocess.run([sys.executable, "manage.py", "createsuperuser"], cwd=CLONE, env=stack_environment(var), check=False)


def _supervise(var: Path, services: list[Service], backing: Backing, url: str) -> None:
    supervisor = start_supervisor(services, var)
    try:
        _wait_for_web(var, supervisor, url)
        console.announce(var, os.environ.get("BASE_URL") or url)
        supervisor.wait()
        # A full disk ends it too: it cannot write its log any more.
        check_free_space(var)
        raise CannotStart(
            f"The supervisor was ended from outside, and all processes with it. The data is kept: start again. "
            f"Its log: {log_file(var, 'supervisord')}"
        )
    finally:
        _stop_supervisor(supervisor)
        _end_leftovers(var)
        for service in services:
            pid_file(var, service.name).unlink(missing_ok=True)


def _wait_for_web(var: Path, supervisor: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_FOR_WEB
    while time.monotonic() < deadline and supervisor.poll() is None:
        if web_answers(url):
            return
        time.sleep(0.1)
    log = log_file(var, "web")
    raise CannotStart(f"The web server does not answer at {url}. The end of {log}:\n{last_lines(log)}")


def web_answers(url: str) -> bool:
    """Any page but an error of ours; a redirect to the sign-in or to the public https address counts."""
    public_host = urlsplit(os.environ.get("BASE_URL") or url).netloc
    # A session, though an unknown one, makes the page ask the database.
    headers = {"Host": public_host, "Cookie": f"sessionid={'x' * 32}"}
    request = urllib.request.Request(f"{url}/", headers=headers)  # noqa: S310 our own address
    opener = urllib.request.build_opener(_StayHere)
    try:
        with opener.open(request, timeout=10) as response:
            return bool(response.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def _stop_supervisor(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is not None:
        return
    console.say("Stopping…")
    supervisor.send_signal(signal.SIGTERM)
    try:
        supervisor.wait(120)
    except subprocess.TimeoutExpired:
        supervisor.kill()
