"""What was measured, as docs/board_performance.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pages_parts.reporting import machine_facts
from pages_parts.timing import Measured

from clients.models import Client
from projects.models import Deal, StageKind
from teams.models import User

_INTRODUCTION = """# How quick the views of deals are

Made by `bin/bench board`: run it again rather than change this page. Figures are milliseconds of server time, of the
whole request from its first byte to the last one of the answer, on the same machine. Bounds: 95 of 100 requests of a
page within {page_bound} ms, 95 of 100 moves of a card within {move_bound} ms.
"""
_METHOD = """## How it is measured

`bin/bench board` makes a PostgreSQL of its own with the company of `bin/bench pages`, smaller, and fills deals by COPY
with a version, a move and, for some, shares: a tenth of them open in the six stages of one pipeline, the others won and
lost over the last three years; it is kept for the next run. Then the product's own gunicorn (one process, all
middleware, sessions in the database) answers signed-in requests one after another over a kept connection: {requests}
for each row and reader after {warm_up} to warm up. One reader sees the deals of one team of a hundred and what is
shared with him and his team; the other one sees all. A board has 20 cards a column, with counts and sums of all.
“Filtered” is by words, owner, amount or date, one or two at a time; “in another order” by amount,
date or change.
A move is the request that the board sends when a card is dropped: the deal, its version, the move, the timeline entry
and the notification are stored, and the card comes back with the heads of the columns. The PostgreSQL of a benchmark
writes without waiting for the disk: a server with disks of its own adds the time of one write to a move.

“Computed” is the processor time of the web process for one request on average: where other work keeps the machine busy,
the rest of a request is waiting for a turn. Queries are the most that one of 20 such requests took. Of another size:
`bin/bench board --deals 1000000 --open 100000 --report /tmp/board.md`. It fails above a bound.
"""


def write_board(
    path: Path,
    found: Mapping[str, Sequence[Measured]],
    *,
    bounds: tuple[int, int],
    requests: int,
    loads: Sequence[float],
) -> None:
    """`found` has the rows of the reader of 1% and of the reader of all; `loads` those of before and after."""
    one, everything = found.values()
    page_bound, move_bound = bounds
    open_deals = Deal.objects.filter(state=StageKind.OPEN).count()
    lines = [
        _INTRODUCTION.format(page_bound=page_bound, move_bound=move_bound),
        *machine_facts(loads[0]),
        f"- Load after it {loads[1]:.1f}",
        f"- Sizes: {Deal.objects.count():,} deals, {open_deals:,} of them open, {Client.objects.count():,} clients,"
        f" {User.objects.count():,} people",
        "",
        "| What | 1%: p50 | **p95** | max | computed | all: p50 | **p95** | max | computed | queries |",
        f"|{'---|' * 10}",
        *(_row(*pair) for pair in zip(one, everything, strict=True)),
        "",
        _METHOD.format(requests=requests, warm_up=20),
    ]
    path.write_text("\n".join(lines))


def _row(one: Measured, everything: Measured) -> str:
    figures = [
        cell
        for each in (one, everything)
        for cell in (f"{each.median:.1f}", f"**{each.p95:.1f}**", f"{each.slowest:.1f}", f"{each.computed:.1f}")
    ]
    return f"| {' | '.join([one.page.title, *figures, str(max(one.queries, everything.queries) or '–')])} |"
