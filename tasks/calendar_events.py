"""What the calendar of the browser is told: tasks, days off and absences, by the reader's clock.

Moments are told as the wall shows them in his time zone, without an offset, and come back so: the browser reckons in
no time zone of its own, and the days on which clocks change are the server's business alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from crm.ui.addresses import address_of
from tasks.calendar import CalendarPage, Found, span_of
from tasks.models import OPEN_STATES, Priority, Repeats, Task
from tasks.recurrence import NotARule, occurrences_between, parse_rule
from teams.models import User
from teams.selectors.calendar import Calendar, calendar_of

Event = dict[str, Any]
_WEEK = 7
#: Tasks that repeat whose days to come are shown, and how many days of each.
_MOST_REPEATING, _MOST_OF_ONE = 200, 100
# An address is looked up once and not for each of a thousand tasks.
_NOBODY = UUID(int=0)
_STAND_IN = str(_NOBODY)


def events_between(page: CalendarPage, first: date, last: date) -> tuple[list[Event], bool]:
    """The events of these days, both included, and whether there are more tasks than are shown."""
    reader: Any = page.request.user
    found: Found = page.between(first, last)
    events = events_of(page, found.tasks)
    events += virtual_events(page, first, last)
    events += background_events(calendar_of(reader), first, last)
    return events, found.is_cut


def events_of(page: CalendarPage, tasks: Sequence[Task]) -> list[Event]:
    movable, names = page.movable(tasks), _names_of(page, tasks)
    now, detail, move = timezone.now(), address_of("tasks:detail", _NOBODY), address_of("tasks:reschedule", _NOBODY)
    events = []
    for task in tasks:
        key, may_move = str(task.pk), task.pk in movable
        events.append(
            {
                **place_of(task, page.zone),
                "id": key,
                "title": task.name,
                "url": detail.replace(_STAND_IN, key),
                "editable": may_move,
                "move": move.replace(_STAND_IN, key) if may_move else "",
                "version": task.version,
                "who": names.get(task.owner_id or 0, ""),
                "class": _classes(task, sees_status=page.sees_status, now=now),
            }
        )
    return events


def place_of(task: Task, zone: tzinfo) -> Event:
    """Where it stands, and what is sent to put it there again."""
    if task.due_at is None:
        starts, ends = span_of(task, zone)
        day = starts.isoformat()
        place = {"start": day, "end": (ends + timedelta(days=1)).isoformat(), "allDay": True}
        return {**place, "day": day, "time": "", "minutes": task.duration}
    at = task.due_at.astimezone(zone).replace(tzinfo=None)
    told = at.isoformat(timespec="seconds")
    place = {"start": told, "allDay": False, "day": told[:10], "time": told[11:16], "minutes": task.duration}
    if task.duration:
        ends_at = (task.due_at + timedelta(minutes=task.duration)).astimezone(zone).replace(tzinfo=None)
        # Where clocks go back it may end before it began by the clock on the wall.
        if ends_at > at:
            place["end"] = ends_at.isoformat(timespec="seconds")
    return place


def virtual_events(page: CalendarPage, first: date, last: date) -> list[Event]:
    """The occurrences to come of tasks that repeat on schedule, which are no tasks yet.

    Whoever must not see rules is told of none.
    """
    reader = page.request.user
    if "rrule" in hidden_fields(reader, Task):
        return []
    repeating = page.tasks.filter(state__in=OPEN_STATES, repeats=Repeats.ON_SCHEDULE, due_on__lte=last)
    seen = repeating.exclude(rrule="").order_by("due_on", "id").first_visible(reader, limit=_MOST_REPEATING)
    start, end = _midnight(first, page.zone), _midnight(last + timedelta(days=1), page.zone)
    return [
        _to_come(task, due, page.zone)
        for task in seen.select_related("kind")
        for due in _occurrences(task, page.zone, start, end)
    ]


def _occurrences(task: Task, zone: tzinfo, start: datetime, end: datetime) -> list[date | datetime]:
    due: Any = task.due_at.astimezone(task.zone) if task.due_at else task.due_on
    try:
        rule = parse_rule(task.rrule)
    except NotARule:
        return []
    return occurrences_between(rule, due, task.zone if task.due_at else zone, start, end, _MOST_OF_ONE)


def _to_come(task: Task, due: date | datetime, zone: tzinfo) -> Event:
    other = Task(kind=task.kind, duration=task.duration)
    other.set_due(due, task.due_zone or "UTC")
    return {
        **place_of(other, zone),
        "id": f"{task.pk} {due}",
        "title": task.name,
        "url": address_of("tasks:detail", task.pk),
        "editable": False,
        "move": "",
        "version": task.version,
        "who": "",
        "class": "cl-task ui-tint-grey is-to-come",
    }


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def background_events(calendar: Calendar, first: date, last: date) -> list[Event]:
    """Holidays, the company's own days and the reader's absences, behind the tasks."""
    events = [
        _behind(day.day, day.day, day.name, "cl-working" if day.is_working else "cl-holiday")
        for year in range(first.year, last.year + 1)
        for day in calendar.days_that_differ(year)
        if first <= day.day <= last
    ]
    away = [(starts, ends) for starts, ends in calendar.absences if starts <= last and ends >= first]
    return events + [_behind(starts, ends, _("Away"), "cl-away") for starts, ends in away]


def hours_of(calendar: Calendar) -> list[Mapping[str, Any]]:
    """Working hours as the script wants them: it counts the days of a week from Sunday."""
    return [
        {"daysOfWeek": [(weekday + 1) % _WEEK], "startTime": f"{starts:%H:%M}", "endTime": f"{ends:%H:%M}"}
        for weekday, stretches in calendar.hours.items()
        for starts, ends in stretches
    ]


def _behind(starts: date, ends: date, title: str, css: str) -> Event:
    return {
        "start": f"{starts}",
        "end": f"{ends + timedelta(days=1)}",
        "allDay": True,
        "display": "background",
        "title": title,
        "class": css,
    }


def _classes(task: Task, *, sees_status: bool, now: datetime) -> str:
    if sees_status and not task.is_open:
        return "cl-task ui-tint-grey is-closed"
    if sees_status and task.is_overdue(now):
        return "cl-task ui-tint-red"
    return f"cl-task ui-tint-{'amber' if task.priority >= Priority.HIGH else 'blue'}"


def _names_of(page: CalendarPage, tasks: Sequence[Task]) -> Mapping[int, str]:
    """By key, the people who do them, on a calendar of several people."""
    if page.is_mine or "owner" in hidden_fields(page.request.user, Task):
        return {}
    keys = {task.owner_id for task in tasks if task.owner_id}
    people = User.objects.filter(pk__in=keys).only("first_name", "last_name", "username")
    return {user.pk: str(user) for user in people}
