"""What a calendar link shows: the tasks of its person, as far as he sees them at this moment."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField, Count, Func, Max, Q, Sum, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import vText

from crm.access.rights import hidden_fields
from crm.ui.addresses import address_of
from tasks.calendars.writing import Entry, Place, calendar_text, event_lines, stamp, zone_of
from tasks.models import OPEN_STATES, CalendarFeed, Priority, Repeats, Task, TaskKind, TaskState, TaskWatcher

#: The newest of more than these are shown.
MOST = 10_000
DONE_FOR = timedelta(days=30)
#: Raise it when feeds are written otherwise than before, so that no client keeps what it has.
_EDITION = "1"
_PRIORITIES = {Priority.LOW: 9, Priority.NORMAL: 0, Priority.HIGH: 3, Priority.URGENT: 1}
_COLUMNS = (
    *("id", "version", "name", "description", "due_on", "due_at", "due_zone"),
    *("duration", "rrule", "repeats", "kind_id", "priority", "state"),
)


class _Row(NamedTuple):
    id: Any
    version: int
    name: str
    description: str
    due_on: Any
    due_at: datetime | None
    due_zone: str
    duration: int | None
    rrule: str
    repeats: str
    kind_id: int
    priority: Priority
    state: str
    created: str
    changed: str


class _Mark(Func):
    """A number of a row's key and version, whose sum says which rows in which versions there are."""

    template = "hashtextextended(%(expressions)s, 0)"
    output_field = BigIntegerField()


class _Stamp(Func):
    """What tasks.calendars.writing.stamp makes, by the database: the driver takes half of the time of a feed to read
    moments, which then are only written again."""

    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')"""
    output_field = TextField()


@dataclass(frozen=True)
class Standing:
    """By what a client knows whether anything changed."""

    etag: str
    changed_at: datetime | None


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def feed_by(secret: str) -> CalendarFeed | None:
    """The living link of somebody who is still here. All others are as if they had never been."""
    alive = CalendarFeed.objects.filter(revoked_at=None, user__is_active=True).select_related("user__role")
    return alive.filter(secret_digest=digest_of(secret)).first()


def feeds_of(user: Any) -> list[CalendarFeed]:
    """His links that work, the newest first."""
    return list(CalendarFeed.objects.filter(user=user, revoked_at=None))


def tasks_in(feed: CalendarFeed) -> Any:
    """Judged by what he sees now. A field that is hidden from him neither is shown nor chooses what is."""
    user = feed.user
    hidden = hidden_fields(user, Task)
    found = Task.objects.visible_to(user).filter(_whose(feed, hidden), due_on__isnull=False, deleted_at=None)
    if "due_on" in hidden:
        return found.none()
    if "status" in hidden:
        return found
    states = Q(state__in=OPEN_STATES)
    if feed.is_with_done:
        states |= Q(state=TaskState.DONE, done_at__gte=timezone.now() - DONE_FOR)
    return found.filter(states)


def _whose(feed: CalendarFeed, hidden: frozenset[str]) -> Q:
    own = Q(pk__in=[]) if "owner" in hidden else Q(owner=feed.user_id)
    if not feed.is_with_watched or "watchers" in hidden:
        return own
    # Their keys at once: beside a condition on the owner a subquery would be asked for each row of the table.
    watched = TaskWatcher.objects.filter(user=feed.user_id).values_list("task_id", flat=True)
    return own | Q(pk__in=list(watched))


def standing_of(feed: CalendarFeed) -> Standing:
    """At two short queries, in the language of the active translation.

    The tag covers whatever the calendar says, since an answer is kept under it: a task with all that is shown of it
    by its version, what is in sight by which tasks there are.
    """
    mark = _Mark(Concat(Cast("pk", TextField()), Value(":", output_field=TextField()), Cast("version", TextField())))
    sums = tasks_in(feed).aggregate(count=Count("pk"), changed_at=Max("updated_at"), mark=Sum(mark))
    user = feed.user
    told = (
        *(_EDITION, settings.BASE_URL, feed.pk, feed.name, feed.is_with_watched, feed.is_with_done),
        *(user.language, user.time_zone, timezone.localdate(), sorted(hidden_fields(user, Task))),
        *(sums["count"], sums["changed_at"], sums["mark"], sorted(_kinds().items())),
    )
    digest = hashlib.sha256(repr(told).encode()).hexdigest()[:32]
    return Standing(f'"{digest}"', sums["changed_at"])


def feed_text(feed: CalendarFeed) -> str:
    """The whole calendar, in the language of the active translation."""
    entries = list(entries_of(feed))
    place = place_of_events()
    zones = sorted({zone for entry in entries if (zone := zone_of(entry))})
    name = vText(f"Porada · {feed.name}").to_ical().decode()
    head = [
        *("CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{name}", f"NAME:{name}"),
        *(f"X-WR-TIMEZONE:{feed.user.time_zone}", "REFRESH-INTERVAL;VALUE=DURATION:PT30M", "X-PUBLISHED-TTL:PT30M"),
    ]
    return calendar_text(head, zones, (event_lines(entry, place) for entry in entries))


def entries_of(feed: CalendarFeed) -> Iterator[Entry]:
    hidden = hidden_fields(feed.user, Task)
    kinds = {} if "kind" in hidden else _kinds()
    stamps = (_Stamp("created_at"), _Stamp("updated_at"))
    rows = tasks_in(feed).order_by("-due_on", "-pk").values_list(*_COLUMNS, *stamps)[:MOST]
    for row in map(_Row._make, rows):
        yield _entry(row, kinds.get(row.kind_id, ""), hidden)


def entry_of(task: Task, category: str, hidden: frozenset[str]) -> Entry:
    """What the calendar says of a task to a reader from whom these fields are hidden."""
    columns = [getattr(task, name) for name in _COLUMNS]
    return _entry(_Row._make([*columns, stamp(task.created_at), stamp(task.updated_at)]), category, hidden)


def _entry(task: _Row, category: str, hidden: frozenset[str]) -> Entry:
    is_done = task.state == TaskState.DONE and "status" not in hidden
    # When the next one is counted from the day this one is done, nobody knows the days that follow.
    repeats = task.state in OPEN_STATES and task.repeats == Repeats.ON_SCHEDULE and "rrule" not in hidden
    return Entry(
        key=str(task.id),
        version=task.version,
        created=task.created,
        changed=task.changed,
        title=task.name,
        text="" if "description" in hidden else task.description,
        due_on=task.due_on,
        due_at=task.due_at,
        zone=task.due_zone,
        minutes=task.duration,
        rule=task.rrule if repeats else "",
        category=category,
        priority=0 if "priority" in hidden else _PRIORITIES.get(task.priority, 0),
        is_done=is_done,
    )


def place_of_events() -> Place:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    card = address_of("tasks:detail", UUID(int=0))
    return Place(host, settings.BASE_URL + card.removesuffix(f"{UUID(int=0)}/"))


def _kinds() -> dict[int, str]:
    return {kind.pk: _(kind.name) for kind in TaskKind.objects.all()}
