"""What was measured, on the terminal and as docs/timeline_performance.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from pages_parts.reporting import machine_facts
from pages_parts.timing import Measured

from clients.models import Client
from contacts.models import Contact, Interaction
from crm.timeline.models import Entry, Place
from teams.models import User

_INTRODUCTION = """# How quick the timelines are

Made by `bin/bench timeline`: run it again rather than change this page. Figures are milliseconds of server time, of the
whole request from its first byte to the last one of the answer, on the same machine. Bound: 95 of 100 first pages
within {bound} ms; the other figures are told, and have no bound.
"""
_METHOD = """## How it is measured

`bin/bench timeline` makes a PostgreSQL of its own with the company of `bin/bench pages`, and fills three years of its
timelines by statements in the database, in the order of time: 17 of 20 entries are interactions with participants and
a text, the others comments, changes with the versions that tell them, new and imported records. Of an interaction with
a person the entry stands on the timeline of the person, of a further participant, and mostly of the client; 30% of
those with people of a client stand there only because they work there. It is kept for the next run. Not filled, since
no timeline reads them: versions of interactions and comments, and their links.

The huge client has 30 former people of the reader's team and 30 of others, each for a year, besides those of today. The
closed client is in sight of both readers, while hardly any of its people is in sight of the reader of 1%, so that most
of what stands on its timeline has to be passed over for him. He sees one team of a hundred and what is shared with
him and his team; the other one sees all. In sight are:

{sights}

The product's own gunicorn (one process, all middleware, sessions in the database) answers signed-in requests one after
another over a kept connection, asked for the pieces that htmx loads: {requests} for each row and reader after {warm_up}
to warm up. A first page holds filters, the count (to 1,000) and ten entries, further ones 25. The whole base is read
once before, as it is in the memory of a server that is in use all day: on a fresh one the first look at a record also
waits for the disk, which “other clients” and “other contacts”, asked for once each, feel most (p95 of 53 and 92 ms).
Both readers look for the same words, the one of 1% first: what his search fetches from the disk, the other one's finds
in memory. A name that stands in thousands of entries all over the base feels that most.
“Computed” is the processor time of the web process for one request on average: where other work keeps the machine busy,
the rest of a request is waiting for a turn. Queries are the most that one of 20 such requests took. The PostgreSQL of a
benchmark writes without waiting for the disk, which reads do not feel. Of another size: `bin/bench timeline --entries
1000000`. It fails when a first page is above the bound.
"""
_SIZES = (
    (Entry, "entries"),
    (Place, "places"),
    (Interaction, "interactions"),
    (Client, "clients"),
    (Contact, "contacts"),
    (User, "people"),
)


@dataclass(frozen=True)
class Rows:
    """The rows of one reader, in the order of the report; the first ones are under the bound."""

    bound: list[Measured]
    free: list[Measured]


def write_timelines(
    path: Path, found: Mapping[str, Rows], *, sights: Sequence[str], bound: int, loads: Sequence[float]
) -> None:
    """`found` has the rows of the reader of 1% and of the reader of all; `loads` those of before and after."""
    one, everything = found.values()
    lines = [
        _INTRODUCTION.format(bound=bound),
        *machine_facts(loads[0]),
        f"- Load after it {loads[1]:.1f}",
        f"- Sizes: {', '.join(f'{model.objects.count():,} {name}' for model, name in _SIZES)}",
        f"- Disk: {_disk()}",
        "",
        f"## First pages, within {bound} ms",
        "",
        *_table(one.bound, everything.bound),
        "",
        "## Filters, search, earlier entries",
        "",
        *_table(one.free, everything.free),
        "",
        _METHOD.format(
            requests=len(one.bound[0].times), warm_up=20, sights="\n".join(f"- {sight}" for sight in sights)
        ),
    ]
    path.write_text("\n".join(lines))


def tell_sight(title: str, counts: Mapping[str, int]) -> str:
    told = " and ".join(f"{count:,} entries of the {name} client" for name, count in counts.items())
    return f"for the reader who {title}, {told}"


def _table(one: Sequence[Measured], everything: Sequence[Measured]) -> list[str]:
    return [
        "| What | 1%: p50 | **p95** | max | computed | all: p50 | **p95** | max | computed | queries |",
        f"|{'---|' * 10}",
        *(_row(*pair) for pair in zip(one, everything, strict=True)),
    ]


def _row(one: Measured, everything: Measured) -> str:
    figures = [
        cell
        for each in (one, everything)
        for cell in (f"{each.median:.1f}", f"**{each.p95:.1f}**", f"{each.slowest:.1f}", f"{each.computed:.1f}")
    ]
    return f"| {' | '.join([one.page.title, *figures, str(max(one.queries, everything.queries))])} |"


def _disk() -> str:
    """Of the whole database, and of the two tables of the timeline with and without their indexes."""
    sql = "SELECT pg_database_size(current_database()), " + ", ".join(
        f"pg_table_size('{model._meta.db_table}'), pg_indexes_size('{model._meta.db_table}')"
        for model in (Entry, Place, Interaction)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        whole, *sizes = (size / 2**30 for size in cursor.fetchone())
    told = [
        f"{name} {table:.1f} GB and {indexes:.1f} of indexes"
        for name, table, indexes in zip(("entries", "places", "interactions"), sizes[::2], sizes[1::2], strict=True)
    ]
    return f"{whole:.1f} GB in all; {', '.join(told)}"
