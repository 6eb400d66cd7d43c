"""Timelines of clients and contacts with ten million entries, for one who sees 1% of the company and one who sees all.

`bin/bench timeline` writes docs/timeline_performance.md and fails when a p95 of a first page is above 50 ms; `bin/bench
timeline --entries 1000000 --report /tmp/timeline.md` measures fewer. What was filled is kept for the next run.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402 the settings come first
from pages_parts.asking import Page  # noqa: E402
from pages_parts.filling import ForeignDatabase, fill_company  # noqa: E402
from pages_parts.reporting import write_line  # noqa: E402
from pages_parts.timing import Measured, PageFailed, Visitor, WebServer, signed_in, web_server  # noqa: E402
from timeline_parts.asking import TimelineAsker  # noqa: E402
from timeline_parts.cast import Cast  # noqa: E402
from timeline_parts.filling import fill_timeline  # noqa: E402
from timeline_parts.reporting import Rows, tell_sight, write_timelines  # noqa: E402

from crm.embedded.prepare import bring_up_to_date  # noqa: E402
from crm.timeline.reading import count  # noqa: E402
from crm.timeline.statements import Wanted, count_sql  # noqa: E402

BOUND = 50
_CHUNK = 16 * 1024 * 1024
REPORT = Path(__file__).parents[2] / "docs" / "timeline_performance.md"


def main() -> int:
    options = _options()
    bring_up_to_date()
    readers = fill_company(options.clients)
    cast = fill_timeline(options.entries, readers)
    _read_everything()
    load = os.getloadavg()[0]
    titles = {"sees 1%": readers.one, "sees all": readers.everything}
    with web_server() as server:
        found = {title: _measure_all(server, title, reader, cast, options) for title, reader in titles.items()}
    sights = [tell_sight(title, _sights(cast, reader)) for title, reader in titles.items()]
    write_timelines(options.report, found, sights=sights, bound=BOUND, loads=(load, os.getloadavg()[0]))
    slow = [(title, each) for title, rows in found.items() for each in rows.bound if each.p95 > BOUND]
    for title, each in slow:
        _say(f"Above {BOUND} ms: {each.page.title}, {title}: {each.p95:.1f}")
    return 1 if slow else 0


def _read_everything() -> None:
    """Once from the disk into memory, where the base of a server that is in use all day is."""
    for path in (Path(os.environ["PORADA_VAR"]) / "postgres").rglob("base/*/*"):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.read(_CHUNK):
                    pass


def _measure_all(server: WebServer, title: str, reader: Any, cast: Cast, options: argparse.Namespace) -> Rows:
    browser = signed_in(reader)
    asker, visitor = TimelineAsker(reader, browser, cast, options.requests), Visitor(browser, server)

    def measured(pages: Iterable[Page]) -> list[Measured]:
        return [_told(title, visitor.measure(page)) for page in pages]

    bound = measured(asker.first_pages())
    counts = [
        _told(title, _measure_call(f"{name}, the count alone", lambda of=of: count(of, reader, Wanted()), options))
        for name, of in (("Huge client", cast.huge), ("Closed client", cast.closed))
    ]
    return Rows(bound, counts + measured(chain(asker.further_pages(), asker.searches())))


def _measure_call(title: str, call: Callable[[], Any], options: argparse.Namespace) -> Measured:
    """What is a part of other rows, without the web server."""
    times = []
    start = time.process_time()
    for _ in range(options.requests):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    computed = (time.process_time() - start) * 1000 / len(times)
    return Measured(Page(title, []), sorted(times), computed, 1)


def _sights(cast: Cast, reader: Any) -> dict[str, int]:
    """How many entries of each there are for him, without the cap of the pages."""
    counts = {}
    for name, client in (("huge", cast.huge), ("closed", cast.closed)):
        with connection.cursor() as cursor:
            cursor.execute(*count_sql(client, reader, Wanted(), most=10**7))
            counts[name] = cursor.fetchone()[0]
    return counts


def _told(title: str, measured: Measured) -> Measured:
    _say(write_line(title, measured))
    return measured


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench timeline")
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--clients", type=int, default=100_000, help="there are twice as many contacts")
    parser.add_argument("--requests", type=int, default=200, help="timed requests for each row and reader")
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ForeignDatabase:
        sys.exit("This database holds other people's work: the benchmark wants one of its own.")
    except PageFailed as problem:
        sys.exit(str(problem))
