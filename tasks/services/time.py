"""Entering, mending and removing time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum

from crm.access import writing
from crm.access.querysets import reached_by_role
from crm.access.rights import Action, Scope, rights_of
from tasks.models import FIRST_DAY, LAST_DAY, TimeEntry, TimeState
from tasks.services.time_refusals import (
    AlreadySubmitted,
    ChangedMeanwhile,
    DayFull,
    DayLocked,
    DayOutOfRange,
    NoMinutes,
    NothingWorkedOn,
    NotOwnTime,
)
from tasks.time.durations import DAY_MINUTES, duration_text
from tasks.time.places import PROJECT, TASK, Place, place_of, record_of
from tasks.time.reading import locked_until, rules_of
from tasks.time.rights import may_lock
from tasks.time.rounding import rounded_minutes
from teams.models import User
from teams.selectors import home_team_of


@transaction.atomic
def log_time(entry: TimeEntry, *, actor: Any) -> TimeEntry:
    """Store new time of the actor's own, as a draft. Raises TimeRefused, PermissionDenied."""
    _put_on(entry, actor)
    return log_clocked_time(entry, actor=actor)


@transaction.atomic
def log_clocked_time(entry: TimeEntry, *, actor: Any) -> TimeEntry:
    """As `log_time`, on what the actor saw when his clock began, whether he sees it still; its project is known."""
    entry.owner = entry.owner or actor
    if entry.owner_id != actor.pk:
        raise NotOwnTime
    entry.team = entry.team or home_team_of(actor)
    entry.state, entry.decided_by, entry.decided_at, entry.refusal = TimeState.DRAFT, None, None, ""
    _refuse_what_cannot_be(entry, actor=actor)
    _round(entry)
    return writing.create_record(entry, actor=actor)


@transaction.atomic
def save_time(entry: TimeEntry, *, actor: Any, parts: Any = None, reason: str = "") -> TimeEntry:
    """Store changed time; whose it is stays. What was rejected is a draft again.

    Whoever decides on it may mend it while it waits for him. Raises TimeRefused, StaleVersion, PermissionDenied.
    """
    stored = writing.lock_record(entry)
    _refuse_unless_writable(stored, actor)
    entry.owner, entry.team = stored.owner, stored.team
    for name in TimeEntry.STANDING:
        setattr(entry, name, getattr(stored, name))
    if entry.state == TimeState.REJECTED:
        entry.state, entry.decided_by, entry.decided_at, entry.refusal = TimeState.DRAFT, None, None, ""
    if place_of(entry) != place_of(stored) or (entry.task_id and entry.project_id != stored.project_id):
        _put_on(entry, actor)
    refuse_locked(stored.day, actor=actor)
    _refuse_what_cannot_be(entry, actor=actor)
    _round(entry)
    return writing.change_record(entry, actor=actor, reason=reason)


@transaction.atomic
def delete_time(entry: TimeEntry, *, actor: Any) -> TimeEntry:
    """Into the recycle bin. Raises TimeRefused, StaleVersion, PermissionDenied."""
    stored = writing.lock_record(entry)
    _refuse_unless_writable(stored, actor)
    refuse_locked(stored.day, actor=actor)
    return writing.move_to_bin(entry, actor=actor)


@transaction.atomic
def restore_time(entry: TimeEntry, *, actor: Any) -> TimeEntry:
    """Back from the recycle bin. Raises TimeRefused, StaleVersion, PermissionDenied."""
    _refuse_what_cannot_be(entry, actor=actor)
    return writing.restore_from_bin(entry, actor=actor)


@dataclass(frozen=True)
class Cell:
    """A day of the week page on one task or project; `was` are the minutes that its writer saw there, if he told."""

    place: Place
    day: date
    was: int | None = None


@transaction.atomic
def set_cell(cell: Cell, minutes: int, *, actor: Any) -> int:
    """Let the actor's time on this place and day add up to `minutes`; nothing empties the cell.

    What is submitted or approved stays: the rest is given to, or taken from, the last entries. The minutes that are
    stored then. Raises TimeRefused, PermissionDenied.
    """
    _one_writer(actor.pk)
    entries = list(
        TimeEntry.objects.select_for_update(of=("self",))
        .editable_by(actor)
        .filter(owner=actor, day=cell.day, **cell.place.filters)
        .order_by("id")
    )
    stored = sum(entry.minutes for entry in entries)
    if cell.was is not None and cell.was != stored and stored != minutes:
        raise ChangedMeanwhile(duration_text(stored))
    mendable = [entry for entry in entries if entry.is_open]
    if minutes < stored - sum(entry.minutes for entry in mendable):
        raise AlreadySubmitted
    difference = minutes - stored
    if difference > 0 and not mendable:
        log_time(_entry_in(cell, difference, actor), actor=actor)
    elif difference > 0:
        _lengthen(mendable[-1], difference, actor)
    elif difference < 0:
        _shorten(mendable, -difference, actor)
    return minutes


def _entry_in(cell: Cell, minutes: int, actor: Any) -> TimeEntry:
    record = record_of(cell.place, actor)
    if record is None:
        raise NothingWorkedOn
    project_id = record.project_id if cell.place.kind == TASK else record.pk
    entry = TimeEntry(day=cell.day, minutes=minutes, is_billable=rules_of(project_id).is_billable)
    entry.task_id = record.pk if cell.place.kind == TASK else None
    entry.project_id = project_id
    return entry


def _lengthen(entry: TimeEntry, minutes: int, actor: Any) -> None:
    entry.minutes += minutes
    save_time(entry, actor=actor)


def _shorten(entries: list[TimeEntry], minutes: int, actor: Any) -> None:
    for entry in reversed(entries):
        taken = min(minutes, entry.minutes)
        if not taken:
            return
        minutes -= taken
        if taken == entry.minutes:
            delete_time(entry, actor=actor)
        else:
            entry.minutes -= taken
            save_time(entry, actor=actor)


def refuse_locked(*days: date, actor: Any) -> None:
    """Raises DayLocked for a day in the locked period, unless the actor may lock periods himself."""
    until = locked_until()
    if until is not None and min(days) <= until and not may_lock(actor):
        raise DayLocked(until)


def may_decide_on(entry: TimeEntry, actor: Any) -> bool:
    """Whoever may change it, but nobody on his own unless his role reaches everybody's."""
    if entry.owner_id == actor.pk and rights_of(actor).scope(TimeEntry, Action.CHANGE) < Scope.ALL:
        return False
    return bool(TimeEntry.objects.editable_by(actor).filter(pk=entry.pk).exists())


def may_mend(entry: TimeEntry, actor: Any) -> bool:
    """Of those who may change it: what is not handed in is its owner's, and theirs whose roles reach it.

    That somebody manages the project lets him decide on its time, and mend it while it waits for him, no more.
    """
    if entry.is_open:
        reached = reached_by_role(entry, actor, rights_of(actor))
        return entry.owner_id == actor.pk or Action.CHANGE in reached
    return entry.state == TimeState.SUBMITTED and may_decide_on(entry, actor)


def _refuse_unless_writable(stored: TimeEntry, actor: Any) -> None:
    if not TimeEntry.objects.editable_by(actor).filter(pk=stored.pk).exists():
        raise PermissionDenied
    if not may_mend(stored, actor):
        raise PermissionDenied if stored.is_open else AlreadySubmitted


def _put_on(entry: TimeEntry, actor: Any) -> None:
    """The task or project must be in the actor's sight; the project follows from the task, seen or not."""
    key = entry.task_id or entry.project_id
    if key is None:
        raise NothingWorkedOn
    place = Place(TASK if entry.task_id else PROJECT, key)
    record = record_of(place, actor)
    if record is None:
        raise NothingWorkedOn
    if place.kind == TASK:
        entry.project_id = record.project_id


def _refuse_what_cannot_be(entry: TimeEntry, *, actor: Any) -> None:
    if not 1 <= (entry.minutes or 0) <= DAY_MINUTES:
        raise NoMinutes
    if not FIRST_DAY <= entry.day <= LAST_DAY:
        raise DayOutOfRange(FIRST_DAY.year, LAST_DAY.year)
    refuse_locked(entry.day, actor=actor)
    _one_writer(entry.owner_id)
    others = TimeEntry.objects.alive().filter(owner=entry.owner_id, day=entry.day).exclude(pk=entry.pk)
    if (others.aggregate(total=Sum("minutes"))["total"] or 0) + entry.minutes > DAY_MINUTES:
        raise DayFull


def _one_writer(owner_id: Any) -> None:
    """Whoever else writes time of this person waits, so that a day never grows beyond its hours."""
    list(User.objects.select_for_update(no_key=True).filter(pk=owner_id).values_list("pk"))


def _round(entry: TimeEntry) -> None:
    rules = rules_of(entry.project_id)
    entry.billed_minutes = rounded_minutes(entry.minutes, rules.rounding, is_up=rules.rounding_way == "up")
