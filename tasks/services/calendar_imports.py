"""Making tasks of a calendar file: uploaded, looked at, then written a hundred events at a time."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from crm.access.writing import StaleVersion
from crm.outbox.services import put
from tasks.calendars.importing.alarms import hand_over
from tasks.calendars.importing.plan import Choices, Outcome, Planned, may_import, plan_events
from tasks.calendars.reading.files import read_calendar
from tasks.calendars.reading.found import MOST_BYTES, Found
from tasks.calendars.reading.refusals import UnreadableCalendar
from tasks.models import CalendarUpload, Repeats, Task, TaskState, TaskWatcher
from tasks.selectors import board_for, default_kind, status_of
from tasks.services.tasks import create_task, save_task
from teams.selectors import home_team_of

#: The topic of the message by which the next part of a file is written.
TOPIC = "tasks.import_calendar"
PART = 100


def upload_calendar(content: bytes, file_name: str, *, actor: Any) -> CalendarUpload:
    """Read a file and keep what is in it until its importer says yes. Raises UnreadableCalendar, PermissionDenied."""
    if not may_import(actor):
        raise PermissionDenied
    if len(content) > MOST_BYTES:
        raise UnreadableCalendar("too_large")
    with tempfile.NamedTemporaryFile(suffix=".ics") as file:
        file.write(content)
        file.flush()
        events = read_calendar(Path(file.name), now=timezone.now(), zone=actor.time_zone)
    with transaction.atomic():
        # What he looked at before and left is of no use to anybody.
        CalendarUpload.objects.filter(user=actor, begun_at=None).delete()
        return CalendarUpload.objects.create(
            user=actor, file_name=file_name[:400], events=[asdict(found) for found in events], total=len(events)
        )


def events_of(upload: CalendarUpload) -> list[Found]:
    return [Found(**each) for each in upload.events]


@transaction.atomic
def begin_import(upload: CalendarUpload, choices: Choices, *, actor: Any) -> CalendarUpload:
    """A small file is written at once, a large one in the background. Again for one that has begun is nothing."""
    current = CalendarUpload.objects.select_for_update().get(pk=upload.pk)
    if current.user_id != actor.pk or not may_import(actor):
        raise PermissionDenied
    if current.begun_at is not None:
        return current
    current.begun_at, current.choices = timezone.now(), asdict(choices)
    current.save(update_fields=["begun_at", "choices"])
    if current.total <= PART:
        return import_part(current)
    put(TOPIC, {"upload": str(current.pk)}, key=f"{current.pk} 0")
    return current


@transaction.atomic
def import_part(upload: CalendarUpload) -> CalendarUpload:
    """Write the next events of a file, as its importer may at this moment; tell for those after them."""
    current = CalendarUpload.objects.select_for_update(of=("self",)).select_related("user__role").get(pk=upload.pk)
    if current.begun_at is None or current.done_at is not None:
        return current
    actor, everything = current.user, events_of(current)
    part = everything[current.position : current.position + PART]
    if not may_import(actor):
        _count(current, Outcome.REFUSED, len(everything) - current.position)
        part = []
        current.position = current.total
    for planned in plan_events(part, Choices(**current.choices), actor, all_events=everything):
        _count(current, _write(planned, actor=actor), 1)
    current.position = min(current.position + len(part), current.total)
    if current.position >= current.total:
        # The file is read no more: what came of it stands in the tasks.
        current.done_at, current.events = timezone.now(), []
    else:
        put(TOPIC, {"upload": str(current.pk)}, key=f"{current.pk} {current.position}")
    current.save(update_fields=["position", "outcomes", "done_at", "events"])
    return current


def _count(upload: CalendarUpload, outcome: str, number: int) -> None:
    upload.outcomes[str(outcome)] = upload.outcomes.get(str(outcome), 0) + number


def _write(planned: Planned, *, actor: Any) -> str:
    """What became of it."""
    if planned.outcome not in (Outcome.NEW, Outcome.UPDATE):
        return planned.outcome
    try:
        if planned.task is not None:
            save_task(_set(planned.task, planned), actor=actor)
        else:
            task = _create(planned, actor=actor)
            hand_over(task, planned.found.alarms, actor=actor)
    except (ValidationError, PermissionDenied, StaleVersion):
        # Also where somebody saved the task since it was looked up: what he did is not written over.
        return Outcome.REFUSED
    return planned.outcome


def _create(planned: Planned, *, actor: Any) -> Task:
    team = home_team_of(actor)
    task = Task(owner=actor, team=team, kind=default_kind(planned.nature), calendar_uid=planned.key)
    task.priority, task.contact = planned.priority, planned.contact
    board = board_for(project_id=None, team_id=team.pk if team else None)
    status = status_of(board, planned.state) if board else None
    if status is not None:
        task.status = status
        task.done_at = timezone.now() if planned.state == TaskState.DONE else None
    return create_task(_set(task, planned), actor=actor, parts={"watchers": _watchers(planned)})


def _set(task: Task, planned: Planned) -> Task:
    is_known = planned.task is not None
    task.name, task.description, task.duration = planned.title, planned.text, planned.found.minutes
    # A known series stays at the occurrence that it has come to.
    if not (is_known and (planned.rule or task.rrule)):
        task.set_due(planned.due, planned.zone)
        # What is done is one of a series that goes on elsewhere.
        task.rrule = "" if planned.is_done else planned.rule
        task.repeats = Repeats.ON_SCHEDULE if task.rrule else ""
    return task


def _watchers(planned: Planned) -> Sequence[TaskWatcher]:
    return [TaskWatcher(user=user) for user in planned.watchers]
