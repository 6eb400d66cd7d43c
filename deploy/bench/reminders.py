"""How quick reminders are told, and what it costs to look after those that wait.

`bin/bench reminders` writes its part of docs/tasks_performance.md. What waits is kept for the next run.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402 the settings come first
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from pages_parts.filling import ForeignDatabase, copy_rows, fill_company, grant_all  # noqa: E402
from pages_parts.parts import write_part  # noqa: E402
from pages_parts.reporting import machine_facts  # noqa: E402

from crm.access.rights import Scope  # noqa: E402
from crm.embedded.prepare import bring_up_to_date  # noqa: E402
from crm.notifications.models import Notification  # noqa: E402
from tasks.models import Reminder, ReminderSweep, Task, TaskNature  # noqa: E402
from tasks.reminders.firing import fire_due  # noqa: E402
from tasks.reminders.sweeping import sweep  # noqa: E402
from tasks.selectors import default_kind, status_of  # noqa: E402
from tasks.services import install_ready_board  # noqa: E402
from teams.models import Role, User  # noqa: E402

REPORT = Path(__file__).parents[2] / "docs" / "tasks_performance.md"
HEADING = "Reminders"
_BATCH = 10_000
_LABEL = Task._meta.label_lower


def main() -> int:
    options = _options()
    bring_up_to_date()
    fill_company(options.clients)
    for role in Role.objects.filter(users__isnull=False).distinct():
        grant_all(role, (Task,), Scope.TEAM)
    people = list(
        User.objects.filter(is_active=True, teams__isnull=False)
        .prefetch_related("memberships")
        .order_by("pk")
        .distinct()
    )
    _fill(options.waiting, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    load = os.getloadavg()[0]
    rows = [*_told(options.due, people), *_swept(people)]
    _write(options.report, rows, people, (load, os.getloadavg()[0]))
    return 0


def _fill(count: int, people: Sequence[User]) -> None:
    """As many tasks with a reminder each, of days far ahead, by COPY."""
    status: Any = status_of(install_ready_board(), "todo")
    present = Reminder.objects.filter(due_at__gt=timezone.now() + timedelta(days=300)).count()
    for first in range(present, count, _BATCH):
        numbers = range(first, min(first + _BATCH, count))
        tasks = [_task(number, people[number % len(people)], status) for number in numbers]
        copy_rows(Task, tasks)
        copy_rows(Reminder, [_reminder(task, task.owner, timezone.now() + timedelta(days=365)) for task in tasks])


def _task(number: int, owner: Any, status: Any) -> Task:
    task = Task(name=f"Task {number}", owner=owner, creator=owner, kind=_kind(), status=status)
    task.team_id = owner.memberships.all()[0].team_id
    task.set_due(timezone.localdate() + timedelta(days=365), owner.time_zone)
    task.updated_at = timezone.now() - timedelta(days=1)
    task.search_doc = task.build_search_doc({})
    return task


@cache
def _kind() -> Any:
    return default_kind(TaskNature.TODO)


def _reminder(task: Task, user: Any, due_at: Any) -> Reminder:
    aim = task.due_on.isoformat() if task.due_on else ""
    kept = {"record_type": _LABEL, "record_id": task.pk, "record_as_of": task.updated_at, "user_id": user.pk}
    return Reminder(**kept, anchor="due", before=0, due_at=due_at, aim=aim, zone=user.time_zone)


def _told(count: int, people: Sequence[User]) -> list[str]:
    """Firing so many: of everybody, and of ten people who have them all."""
    rows = []
    for title, receivers in ((f"of {len(people)} people", people), ("of 10 people", people[:10])):
        _make_due(count, receivers)
        before, begun, taken = Notification.objects.count(), time.monotonic(), 0
        while part := fire_due():
            taken += part
        seconds, told = time.monotonic() - begun, Notification.objects.count() - before
        if (taken, told) != (count, count):
            sys.exit(f"{taken} of {count} were taken and {told} told.")
        rows.append(f"| {count:,} due, {title} | {seconds:.1f} s | **{count / seconds:,.0f} a second** |")
        _say(rows[-1])
    return rows


def _make_due(count: int, people: Sequence[User]) -> None:
    own = {person.pk: list(Task.objects.filter(owner=person)[: count // len(people) + 1]) for person in people}
    made, now = [], timezone.now()
    for number in range(count):
        person = people[number % len(people)]
        tasks, moment = own[person.pk], now - timedelta(seconds=number % 60, microseconds=number)
        task = tasks[number // len(people) % len(tasks)]
        kept = {"record_type": _LABEL, "record_id": task.pk, "record_as_of": task.updated_at, "user_id": person.pk}
        made.append(Reminder(**kept, at=moment, due_at=moment))
    copy_rows(Reminder, made)


def _swept(people: Sequence[User]) -> list[str]:
    sweep()
    changed = list(Task.objects.order_by("pk").values_list("pk", flat=True)[:500])

    def touch() -> None:
        Task.objects.filter(pk__in=changed).update(updated_at=timezone.now())

    def move() -> None:
        person = people[0]
        zone = "America/New_York" if person.time_zone == "Europe/Kyiv" else "Europe/Kyiv"
        User.objects.filter(pk=person.pk).update(time_zone=zone)
        person.time_zone = zone

    def forget() -> None:
        ReminderSweep.objects.update(full_at=None)

    waiting = f"{Reminder.objects.live().count():,} waiting"
    return [
        _timed(f"Sweep, {waiting}, nothing changed", lambda: None),
        _timed(f"Sweep, {waiting}, 500 tasks changed", touch),
        _timed(f"Sweep, {waiting}, one person moved to another time zone", move),
        _timed(f"Sweep of everything, {waiting} (every six hours)", forget, times=5),
    ]


def _timed(title: str, prepare: Callable[[], None], *, times: int = 20) -> str:
    taken, queries = [], 0
    for _time in range(times):
        prepare()
        with CaptureQueriesContext(connection) as captured:
            begun = time.monotonic()
            sweep()
            taken.append((time.monotonic() - begun) * 1000)
        queries = len(captured)
    row = f"| {title} | {statistics.median(taken):.0f} ms (max {max(taken):.0f}) | {queries} queries |"
    _say(row)
    return row


def _write(path: Path, rows: Sequence[str], people: Sequence[User], loads: tuple[float, float]) -> None:
    """This part of the page alone: others measure other parts."""
    lines = [
        "Made by `bin/bench reminders`: run it again rather than change this part.",
        "",
        *machine_facts(loads[0]),
        f"- Load after it {loads[1]:.1f}",
        f"- Sizes: {Task.objects.count():,} tasks, {len(people):,} people who see those of their team",
        "",
        "| What | Time | |",
        "|---|---|---|",
        *rows,
        "",
        "One process tells them, as one round of a worker does: each is claimed, judged (who is there, what he sees,",
        "whether the task is open and where it stands now), told in the product and marked, 250 in a transaction. The",
        "sweep runs every minute. The PostgreSQL of a benchmark writes without waiting for the disk.",
    ]
    write_part(path, "How quick tasks are", HEADING, lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench reminders")
    parser.add_argument("--waiting", type=int, default=200_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=2_000)
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
