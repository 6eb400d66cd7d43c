"""The pages of daily work over a large company, for one who sees 1% of it and for one who sees all.

`bin/bench pages` writes docs/performance.md and fails when a p95 is above 60 ms; `bin/bench pages --clients 1000000
--report /tmp/pages.md` measures a larger company. What was filled is kept for the next run.
"""

import argparse
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from pages_parts.asking import Asker  # noqa: E402 the settings come first
from pages_parts.filling import ForeignDatabase, fill_company  # noqa: E402
from pages_parts.reporting import write_line, write_report  # noqa: E402
from pages_parts.timing import WARM_UP, Measured, PageFailed, Visitor, signed_in, web_server  # noqa: E402

from crm.embedded.prepare import bring_up_to_date  # noqa: E402

BOUND = 60
REPORT = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> int:
    options = _options()
    load = os.getloadavg()[0]
    bring_up_to_date()
    readers = fill_company(options.clients)
    found: dict[str, list[Measured]] = {}
    with web_server() as server:
        for title, reader in (("sees 1%", readers.one), ("sees all", readers.everything)):
            found[title] = []
            browser = signed_in(reader)
            visitor = Visitor(browser, server)
            for page in Asker(reader, browser, options.requests).pages():
                found[title].append(visitor.measure(page))
                _say(write_line(title, found[title][-1]))
    write_report(options.report, found, bound=BOUND, warm_up=WARM_UP, load=load)
    slow = [(title, each) for title, pages in found.items() for each in pages if each.p95 > BOUND]
    for title, each in slow:
        _say(f"Above {BOUND} ms: {each.page.title}, {title}: {each.p95:.1f}")
    return 1 if slow else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench pages")
    parser.add_argument("--clients", type=int, default=100_000, help="there are twice as many contacts")
    parser.add_argument("--requests", type=int, default=200, help="timed requests for each page and reader")
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
