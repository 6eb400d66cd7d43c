"""What was measured, as docs/tasks_performance.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pages_parts.parts import write_part
from pages_parts.reporting import machine_facts
from pages_parts.timing import Measured

from projects.models import Project
from tasks.models import OPEN_STATES, Task, TaskWatcher
from tasks_parts.asking import is_bounded
from teams.models import Team, User

_INTRODUCTION = """Made by `bin/bench tasks`: run it again rather than change this part. Figures are milliseconds of
server time, of the whole request from its first byte to the last one of the answer, on the same machine. Bound: 95 of
100 requests of my day, the board and the calendar within {bound} ms; the rows in italics have none.
"""
_METHOD = """`bin/bench tasks` makes a PostgreSQL of its own and fills it by COPY: 30 teams, 200 people, clients with
deals, projects of eight members each, and tasks over the last two and a half years and the next four months, one in ten
of them open. One task in three was given by somebody else than who does it, one in 50 is watched, one in five belongs
to a project; it is kept for the next run. Then the product's own gunicorn (one process, all middleware, sessions in the
database) answers signed-in requests one after another over a kept connection: {requests} for each row and reader after
20 to warm up, at other months each time.
{readers}

“Computed” is the processor time of the web process for one request on average: where other work keeps the machine busy,
the rest of a request is waiting for a turn. Queries are the most that one of 20 such requests took. It fails above the
bound. Of another size: `bin/bench tasks --tasks 1000000 --report /tmp/tasks.md`.
"""
_SEES = {
    "1%": "The first reader sees his own tasks and, beside his role, what he gave others, watches and delivers",
    "team": "The second one sees the tasks of one team of thirty, and those further ones",
    "all": "The third one sees everything",
}


def write_tasks(
    path: Path,
    found: Mapping[str, Sequence[Measured]],
    *,
    readers: Mapping[str, User],
    bound: int,
    requests: int,
    loads: Sequence[float],
) -> None:
    """`found` has the rows of each reader, in the same order; `loads` are those of before and after."""
    seen = [f"{_SEES[title]}: {Task.objects.visible_to(user).count():,}." for title, user in readers.items()]
    opened = Task.objects.filter(state__in=OPEN_STATES).count()
    lines = [
        _INTRODUCTION.format(bound=bound),
        *machine_facts(loads[0]),
        f"- Load after it {loads[1]:.1f}",
        f"- Sizes: {Task.objects.count():,} tasks, {opened:,} of them open, {TaskWatcher.objects.count():,} watchers,"
        f" {Project.objects.count():,} projects, {Team.objects.count()} teams, {User.objects.count()} people",
        "",
        f"| What | {' | '.join(f'{title}: p50 | **p95** | computed' for title in found)} | queries |",
        f"|{'---|' * (3 * len(found) + 2)}",
        *(_row(rows) for rows in zip(*found.values(), strict=True)),
        "",
        _METHOD.format(requests=requests, readers="\n".join(seen)),
    ]
    write_part(path, "How quick tasks are", "My day, the board and the calendar", lines)


def _row(rows: Sequence[Measured]) -> str:
    title = rows[0].page.title if is_bounded(rows[0]) else f"*{rows[0].page.title}*"
    cells = [cell for one in rows for cell in (f"{one.median:.1f}", f"**{one.p95:.1f}**", f"{one.computed:.1f}")]
    return f"| {' | '.join([title, *cells, str(max(one.queries for one in rows))])} |"
