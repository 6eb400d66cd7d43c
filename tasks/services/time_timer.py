"""The timer of a person: one runs at a time, and becomes time when it is stopped."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tasks.models import TimeEntry, Timer
from tasks.services.time import log_clocked_time
from tasks.services.time_refusals import NoMinutes, NothingToDo, NothingWorkedOn, TimerForgotten
from tasks.time.clock import Piece, is_forgotten, pieces_of
from tasks.time.durations import DAY_MINUTES
from tasks.time.places import TASK, Place, place_of, record_of
from tasks.time.reading import may_enter, rules_of
from teams.models import User


@transaction.atomic
def start_timer(place: Place, *, actor: Any, note: str = "") -> Timer:
    """Let the clock run on this task or project; one that runs on another is stopped first.

    Raises TimerForgotten, TimeRefused, PermissionDenied; nothing is changed then.
    """
    if not may_enter(actor):
        raise PermissionDenied
    running = _locked_timer(actor)
    if running is not None and place_of(running) == place:
        return running
    if record_of(place, actor) is None:
        raise NothingWorkedOn
    if running is not None:
        stop_timer(actor=actor)
    link = {"task_id" if place.kind == TASK else "project_id": place.key}
    return Timer.objects.create(user=actor, note=note[:500], **link)


@transaction.atomic
def stop_timer(*, actor: Any, minutes: int | None = None) -> Sequence[TimeEntry]:
    """Store what was worked, at least one minute, on the days on which it was in the actor's time zone.

    What the actor saw when it began was worked on, whether he sees it still. `minutes` instead of what the clock says:
    all on the day on which it began. A timer that ran for more than twelve hours is not believed without. Raises
    TimerForgotten, NothingToDo, TimeRefused, PermissionDenied; it runs on then.
    """
    timer = _locked_timer(actor)
    if timer is None:
        raise NothingToDo
    now, zone = timezone.now(), ZoneInfo(actor.time_zone)
    if minutes is not None:
        pieces = [_said(timer, minutes, zone)]
    elif is_forgotten(timer.started_at, now):
        raise TimerForgotten
    else:
        pieces = pieces_of(timer.started_at, now, zone)
    entries = [log_clocked_time(_entry(timer, piece), actor=actor) for piece in pieces]
    timer.delete()
    return entries


@transaction.atomic
def discard_timer(*, actor: Any) -> None:
    """Nothing is stored."""
    timer = _locked_timer(actor)
    if timer is not None:
        timer.delete()


def _locked_timer(actor: Any) -> Timer | None:
    # The person and not the timer: of two that start at once there is no timer yet that could be locked.
    list(User.objects.select_for_update(no_key=True).filter(pk=actor.pk).values_list("pk"))
    return Timer.objects.select_related("task", "project").filter(user=actor).first()


def _said(timer: Timer, minutes: int, zone: ZoneInfo) -> Piece:
    if not 1 <= minutes <= DAY_MINUTES:
        raise NoMinutes
    starts = timer.started_at
    return Piece(starts.astimezone(zone).date(), starts, starts + timedelta(minutes=minutes), minutes)


def _entry(timer: Timer, piece: Piece) -> TimeEntry:
    project_id = timer.task.project_id if timer.task else timer.project_id
    return TimeEntry(
        name=timer.note,
        task_id=timer.task_id,
        project_id=project_id,
        day=piece.day,
        minutes=piece.minutes,
        started_at=piece.starts,
        ended_at=piece.ends,
        is_billable=rules_of(project_id).is_billable,
    )
