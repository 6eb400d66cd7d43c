"""The views of 500,000 tasks, for one who sees 1% of them, a member of one team of thirty, and one who sees all.

`bin/bench tasks` writes docs/tasks_performance.md and fails when a p95 of my day, the board or the calendar is above
50 ms. What was filled is kept for the next run.
"""

import argparse
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from pages_parts.filling import ForeignDatabase  # noqa: E402 the settings come first
from pages_parts.reporting import write_line  # noqa: E402
from pages_parts.timing import PageFailed, Visitor, signed_in, web_server  # noqa: E402
from tasks_parts.asking import TaskAsker, is_bounded  # noqa: E402
from tasks_parts.filling import fill_tasks  # noqa: E402
from tasks_parts.reporting import write_tasks  # noqa: E402

from crm.embedded.prepare import bring_up_to_date  # noqa: E402

BOUND = 50
REPORT = Path(__file__).parents[2] / "docs" / "tasks_performance.md"


def main() -> int:
    options = _options()
    bring_up_to_date()
    readers = fill_tasks(options.tasks)
    load = os.getloadavg()[0]
    titles = {"1%": readers.own, "team": readers.team, "all": readers.everything}
    found = {}
    with web_server() as server:
        for title, reader in titles.items():
            browser = signed_in(reader)
            visitor = Visitor(browser, server)
            found[title] = []
            for page in TaskAsker(reader, browser, options.requests).pages():
                found[title].append(visitor.measure(page))
                _say(write_line(title, found[title][-1]))
    loads = (load, os.getloadavg()[0])
    write_tasks(options.report, found, readers=titles, bound=BOUND, requests=options.requests, loads=loads)
    slow = [(title, each) for title, rows in found.items() for each in rows if is_bounded(each) and each.p95 > BOUND]
    for title, each in slow:
        _say(f"Above {BOUND} ms: {each.page.title}, {title}: {each.p95:.1f}")
    return 1 if slow else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench tasks")
    parser.add_argument("--tasks", type=int, default=500_000)
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
