"""The list of clients for one who sees 1% of them and for one who sees all; rows are added when there are too few.

`bin/bench client_list --rows 1000000`. Times are those of whole pages inside one process, in milliseconds.
"""

import argparse
import os
import random
import statistics
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402 the settings come first
from django.test import Client as Browser  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from tqdm import tqdm  # noqa: E402

from clients.models import Client  # noqa: E402
from crm.access.rights import Action, Scope  # noqa: E402
from crm.embedded.prepare import bring_up_to_date  # noqa: E402
from crm.search.text import normalise  # noqa: E402
from teams.models import Grant, Membership, Role, Team, User  # noqa: E402

TEAMS = 100
BATCH = 5_000
WORDS = ["Північ", "Orion", "Світло", "Harbor", "Якір", "Summit", "Вектор", "Cedar", "Море", "Atlas", "Заря", "Lumen"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench client_list")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=50, help="pages to measure for each viewer and sort")
    options = parser.parse_args()
    bring_up_to_date()
    teams = [Team.objects.get_or_create(name=f"Team {number}")[0] for number in range(TEAMS)]
    add_rows(options.rows, teams)
    sys.stdout.write(f"{Client.objects.count():,} clients\n")
    measure("sees 1%", make_viewer("bench-one", Scope.TEAM, teams[0]), options.pages)
    measure("sees all", make_viewer("bench-all", Scope.ALL, teams[0]), options.pages)


def add_rows(wanted: int, teams: list[Team]) -> None:
    present = Client.objects.count()
    for first in tqdm(
        range(present, wanted, BATCH), desc="adding clients", unit=f"×{BATCH}", disable=present >= wanted
    ):
        Client.objects.bulk_create(new_client(number, teams) for number in range(first, min(first + BATCH, wanted)))
    if present < wanted:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def new_client(number: int, teams: list[Team]) -> Client:
    name = f"{random.choice(WORDS)} {random.choice(WORDS)} {number}"  # noqa: S311 no secret
    updated = timezone.now() - timedelta(seconds=random.randrange(60 * 60 * 24 * 900))  # noqa: S311
    return Client(name=name, team=teams[number % TEAMS], updated_at=updated, search_doc=normalise(name))


def make_viewer(username: str, scope: Scope, team: Team) -> User:
    role, _ = Role.objects.get_or_create(name=username)
    Grant.objects.update_or_create(
        role=role, record_type="clients.client", action=Action.VIEW, defaults={"scope": scope}
    )
    user, _ = User.objects.get_or_create(username=username, defaults={"role": role})
    Membership.objects.get_or_create(user=user, team=team)
    return user


def measure(title: str, user: User, pages: int) -> None:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(user, backend="teams.backends.SignInBackend")
    for sort in ("", "?sort=name", "?sort=-updated_at"):
        url = reverse("clients:list") + sort
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(url)
        asked = len(queries)
        if answer.status_code != 200:
            raise SystemExit(f"{url} answered {answer.status_code}")
        times = sorted(timed(browser, url) for _ in range(pages))
        p95 = times[int(len(times) * 0.95) - 1]
        sys.stdout.write(
            f"{title:9} {sort or 'first page':16} p50 {statistics.median(times):6.1f}  p95 {p95:6.1f}"
            f"  {asked:2} queries\n"
        )


def timed(browser: Browser, url: str) -> float:
    start = time.perf_counter()
    browser.get(url)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
