"""What was measured, on the terminal and as docs/performance.md."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
from django.db import connection

from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment
from pages_parts.timing import Measured
from teams.models import Team, User

_INTRODUCTION = """# How quick the pages are

Made by `bin/bench pages`: run it again rather than change this page. Figures are milliseconds of server time, of the
whole request from its first byte to the last one of the answer, on the same machine. Bound: 95 of 100 requests of every
page within {bound} ms.
"""
_METHOD = """## How it is measured

`bin/bench pages` makes a PostgreSQL of its own and fills a company by COPY, with versions in the history, shares, and
names in Cyrillic and Latin letters, half of which hardly come up twice; it is kept for the next run. Then the product's
own gunicorn (one process, all middleware, sessions in the database) answers signed-in requests one after another over
a kept connection: {requests} for each page and reader after {warm_up} to warm up, at varied addresses: every order of
a list and page after page of it, one to three filters at a time, other words, phones and e-mails, other records. One
reader sees one team of a hundred (1% of the records) and what is shared with him and his team; the other one sees all.
“Computed” is the processor time of the web process for one request on average: where other work keeps the machine busy,
the rest of a request is waiting for a turn. Queries are the most that one of 20 such requests took, those for session
and rights included. The peers were measured on a machine of this kind with 100,000 companies and 200,000 contacts, as
administrator and, after the stroke, with restricted rights; the list of Horilla has five rows. To repeat it, run
`bin/bench pages`, of another size with `bin/bench pages --clients 1000000`; it fails when a p95 is above the bound.
"""


def write_line(reader: str, measured: Measured) -> str:
    return (
        f"{reader:9} {measured.page.title:46} p50 {measured.median:6.1f}  p95 {measured.p95:6.1f}"
        f"  max {measured.slowest:6.1f}  computed {measured.computed:5.1f}  {measured.queries:2} queries"
    )


def write_report(path: Path, found: Mapping[str, Sequence[Measured]], *, bound: int, warm_up: int, load: float) -> None:
    """`found` has the pages of the reader of 1% and of the reader of all, in the same order."""
    one, everything = found.values()
    requests = len(one[0].times)
    lines = [
        _INTRODUCTION.format(bound=bound),
        *machine_facts(load),
        f"- Sizes: {', '.join(f'{model.objects.count():,} {name}' for model, name in _SIZES)}",
        "",
        "| Page | 1%: p50 | **p95** | max | computed | all: p50 | **p95** | max | computed | queries | peers |",
        f"|{'---|' * 11}",
        *(_row(*pair) for pair in zip(one, everything, strict=True)),
        "",
        _METHOD.format(requests=requests, warm_up=warm_up),
    ]
    path.write_text("\n".join(lines))


def _row(one: Measured, everything: Measured) -> str:
    figures = [
        cell
        for each in (one, everything)
        for cell in (f"{each.median:.1f}", f"**{each.p95:.1f}**", f"{each.slowest:.1f}", f"{each.computed:.1f}")
    ]
    most = max(one.queries, everything.queries)
    return f"| {' | '.join([one.page.title, *figures, str(most), one.page.peers or '–'])} |"


def machine_facts(load: float) -> list[str]:
    """The date, the machine, and how busy it was before."""
    memory = psutil.virtual_memory().total / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    return [
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Machine: {os.cpu_count()} cores ({_processor()}), {memory:.0f} GB of memory; load before it {load:.1f}",
        f"- PostgreSQL {postgres.split()[0]}, Python {platform.python_version()}",
    ]


_SIZES = (
    (Client, "clients"),
    (Contact, "contacts"),
    (ContactPhone, "phones and"),
    (ContactEmail, "e-mails of contacts"),
    (Employment, "employments"),
    (Team, "teams"),
    (User, "people"),
)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
