"""Lighthouse over the pages that people meet most: accessibility and best practices, each at least 95 of 100.

`bin/bench lighthouse`, `bin/bench lighthouse --mobile`. Starts the whole product with the demo company in a folder of
its own, and keeps Lighthouse's own reports beside it.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parents[2]
VAR = CLONE / "var" / "bench-lighthouse"
VERSION = "12.8.2"
PROGRAM = CLONE / "var" / f"lighthouse-{VERSION}"
CATEGORIES = ("accessibility", "best-practices")
LEAST = 95
# Seconds; the first start fills the demo, which a busy machine takes minutes for.
PATIENCE = 900

for name in ("DATABASE_URL", "REDIS_URL", "BASE_URL", "DEBUG"):
    os.environ.pop(name, None)
os.environ["PORADA_VAR"] = str(VAR)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
sys.path.insert(0, str(CLONE))


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench lighthouse")
    parser.add_argument("--mobile", action="store_true", help="measure as a phone instead of as a desktop")
    options = parser.parse_args()
    install()
    with product() as base_url:
        pages, cookie = pages_and_session()
        low = [
            name
            for name, path, reader in pages
            if not is_good(name, base_url + path, cookie if reader else "", options)
        ]
    if low:
        sys.stdout.write(f"Under {LEAST}: {', '.join(low)}. The reports are in {VAR / 'reports'}\n")
    return 1 if low else 0


def install() -> None:
    if (PROGRAM / "node_modules" / ".bin" / "lighthouse").exists():
        return
    sys.stdout.write(f"Installing Lighthouse {VERSION}\n")
    command = ["npm", "install", "--prefix", str(PROGRAM), "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
    subprocess.run([*command, "--loglevel", "error"], check=True)


@contextmanager
def product() -> Iterator[str]:
    """The address of a product that runs as long as the block."""
    from crm.embedded import ports, service_addresses
    from crm.embedded.runner import web_answers

    held = ports.first_free_port(8400, "127.0.0.1")
    if held is None:
        raise SystemExit("No port from 8400 on is free.")
    number = ports.port_of(held)
    held.close()
    environment = {**os.environ, "PORT": str(number)}
    command = [sys.executable, "-m", "crm.embedded", "run"]
    # It would print the sign-ins of its demo.
    running = subprocess.Popen(command, cwd=CLONE, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        url = f"http://127.0.0.1:{number}"
        while service_addresses(VAR).get("web") != url or not web_answers(url):
            if running.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The product did not start.")
            time.sleep(0.5)
        yield url
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def pages_and_session() -> tuple[list[tuple[str, str, bool]], str]:
    """(name, path, whether signed in) of each page, and the session of the demo's admin."""
    import django

    django.setup()
    from django.test import Client as Browser

    from clients.models import Client
    from contacts.models import Contact
    from teams.models import Role, User

    admin = User.objects.get(username="admin")
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.force_login(admin, backend="teams.backends.SignInBackend")
    client, contact = Client.objects.visible_to(admin).first(), Contact.objects.visible_to(admin).first()
    wanted: list[tuple[str, str, Any, bool]] = [
        ("sign-in", "account_login", None, False),
        ("home", "home", None, True),
        ("list of clients", "clients:list", None, True),
        ("client", "clients:detail", client, True),
        ("editing a client", "clients:edit", client, True),
        ("contact", "contacts:detail", contact, True),
        ("import", "imports:new", None, True),
        ("role matrix", "roles:detail", Role.objects.order_by("pk").first(), True),
    ]
    found = [(name, address(url_name, subject), reader) for name, url_name, subject, reader in wanted]
    return [page for page in found if page[1]], browser.cookies["sessionid"].value


def address(url_name: str, subject: Any) -> str:
    """Empty for a page that there is not."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse(url_name, args=[subject.pk] if subject else [])
    except NoReverseMatch:
        return ""


def is_good(name: str, url: str, session: str, options: argparse.Namespace) -> bool:
    report = measure(name, url, session, options)
    scores = {category: round(report["categories"][category]["score"] * 100) for category in CATEGORIES}
    sys.stdout.write(f"{name:18}" + "".join(f"  {category} {score:3}" for category, score in scores.items()) + "\n")
    for audit in failed_audits(report):
        sys.stdout.write(f"    {audit}\n")
    if report["finalDisplayedUrl"].split("?")[0] != url:
        sys.stdout.write(f"    led to {report['finalDisplayedUrl']}\n")
        return False
    return min(scores.values()) >= LEAST


def measure(name: str, url: str, session: str, options: argparse.Namespace) -> dict[str, Any]:
    reports = VAR / "reports"
    reports.mkdir(exist_ok=True)
    file = reports / f"{name.replace(' ', '-')}.json"
    command = [
        str(PROGRAM / "node_modules" / ".bin" / "lighthouse"),
        url,
        f"--only-categories={','.join(CATEGORIES)}",
        "--output=json",
        f"--output-path={file}",
        "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
        "--no-enable-error-reporting",
        "--quiet",
    ]
    if not options.mobile:
        command.append("--preset=desktop")
    if session:
        command.append("--extra-headers=" + json.dumps({"Cookie": f"sessionid={session}"}))
    subprocess.run(command, check=True, env={"CHROME_PATH": "/usr/bin/chromium", **os.environ})
    return dict(json.loads(file.read_text()))


def failed_audits(report: dict[str, Any]) -> list[str]:
    audits = report["audits"]
    weighty = [ref["id"] for name in CATEGORIES for ref in report["categories"][name]["auditRefs"] if ref["weight"]]
    return [f"{key}: {audits[key]['title']}" for key in weighty if audits[key]["score"] == 0]


if __name__ == "__main__":
    sys.exit(main())
