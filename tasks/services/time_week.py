"""From drafts to approved time: weeks are submitted, and decided on by those who may."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.access.rights import Action, Scope, rights_of
from crm.history.writing import CHANGED, record_versions
from crm.notifications.services import notify
from projects.models import Project
from tasks.models import OPEN_TIME, ProjectTime, TimeEntry, TimeState
from tasks.services.time import refuse_locked
from tasks.services.time_refusals import ChangedSinceShown, NothingToDo, NotTheirsToDecide, ReasonMissing

SUBMITTED, APPROVED, REJECTED, REOPENED = "time.submitted", "time.approved", "time.rejected", "time.reopened"
LONGEST_REASON = 500
#: Of entries; as a mapping with the versions in which whoever decides saw them.
Keys = Collection[UUID] | Mapping[UUID, int]
_REASONS = {
    TimeState.SUBMITTED: gettext_noop("Submitted"),
    TimeState.DRAFT: gettext_noop("Given back"),
    TimeState.APPROVED: gettext_noop("Approved"),
    TimeState.REJECTED: gettext_noop("Rejected"),
}


@transaction.atomic
def submit_week(monday: date, *, actor: Any) -> int:
    """Hand in the actor's own drafts of this week; how many there were.

    On projects whose time needs no approval they count as approved at once, but for those of whoever could say so
    himself. Whoever decides on the others hears of it. Raises NothingToDo, DayLocked.
    """
    entries = _of_week(monday, actor, OPEN_TIME)
    refuse_locked(min(entry.day for entry in entries), actor=actor)
    unchecked = _unchecked({entry.project_id for entry in entries if entry.project_id}, actor)
    free = [entry for entry in entries if entry.project_id in unchecked]
    waiting = [entry for entry in entries if entry.project_id not in unchecked]
    _write(free, TimeState.APPROVED, actor=actor)
    _write(waiting, TimeState.SUBMITTED, actor=actor)
    _tell_deciders(waiting, monday, actor)
    return len(entries)


@transaction.atomic
def take_week_back(monday: date, *, actor: Any) -> int:
    """Make the actor's own submitted time of this week drafts again, before anybody has decided on it.

    Raises NothingToDo, DayLocked.
    """
    entries = _of_week(monday, actor, (TimeState.SUBMITTED,))
    refuse_locked(min(entry.day for entry in entries), actor=actor)
    _write(entries, TimeState.DRAFT, actor=actor)
    return len(entries)


@transaction.atomic
def approve_time(keys: Keys, *, actor: Any) -> int:
    """Of these entries, all that are submitted; how many they were. Raises as `reject_time` does."""
    entries = _decided(keys, (TimeState.SUBMITTED,), actor)
    _write(entries, TimeState.APPROVED, actor=actor, is_decision=True)
    _tell_owners(APPROVED, entries, actor)
    return len(entries)


@transaction.atomic
def reject_time(keys: Keys, *, reason: str, actor: Any) -> int:
    """Back to whoever worked it, with the reason.

    Raises NothingToDo, NotTheirsToDecide, ReasonMissing, DayLocked; ChangedSinceShown where versions are given.
    """
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    entries = _decided(keys, (TimeState.SUBMITTED,), actor)
    _write(entries, TimeState.REJECTED, actor=actor, is_decision=True, refusal=reason)
    _tell_owners(REJECTED, entries, actor, reason=reason)
    return len(entries)


@transaction.atomic
def reopen_time(keys: Keys, *, actor: Any) -> int:
    """What was approved by mistake is a draft again. Raises as `reject_time` does."""
    entries = _decided(keys, (TimeState.APPROVED,), actor)
    _write(entries, TimeState.DRAFT, actor=actor)
    _tell_owners(REOPENED, entries, actor)
    return len(entries)


def decidable_by(actor: Any) -> Any:
    """The entries in whose states the actor has a say: all that he may change, without his own unless his role
    reaches everybody's."""
    entries = TimeEntry.objects.editable_by(actor)
    if rights_of(actor).scope(TimeEntry, Action.CHANGE) == Scope.ALL:
        return entries
    return entries.exclude(owner=actor)


def _unchecked(projects: Collection[UUID], actor: Any) -> set[UUID]:
    """On which of these projects the actor's time needs nobody's approval.

    Who may change a project could switch its approval off for as long as he submits: to his own time it stays on,
    unless his role lets him approve that anyway.
    """
    rules = ProjectTime.objects.filter(project__in=projects, needs_approval=False)
    if rights_of(actor).scope(TimeEntry, Action.CHANGE) < Scope.ALL:
        rules = rules.exclude(project__in=Project.objects.editable_by(actor).values("pk"))
    return set(rules.values_list("project", flat=True))


def _of_week(monday: date, owner: Any, states: Collection[str]) -> list[TimeEntry]:
    week = (monday, monday + timedelta(days=6))
    own = TimeEntry.objects.select_for_update(of=("self",)).editable_by(owner).filter(owner=owner, day__range=week)
    entries = list(own.filter(state__in=states).order_by("day", "id"))
    if not entries:
        raise NothingToDo
    return entries


def _decided(keys: Keys, states: Collection[str], actor: Any) -> list[TimeEntry]:
    """Those of the keys that stand in these states; entries out of the actor's say, or changed, fail the whole."""
    rows = TimeEntry.objects.select_for_update(of=("self",)).visible_to(actor).filter(pk__in=list(keys))
    seen = list(rows.order_by("day", "id"))
    if isinstance(keys, Mapping) and any(entry.version != keys[entry.pk] for entry in seen):
        raise ChangedSinceShown
    entries = [entry for entry in seen if entry.state in states]
    if not entries:
        raise NothingToDo
    his = decidable_by(actor).filter(pk__in=[entry.pk for entry in entries]).count()
    if his != len(entries):
        raise NotTheirsToDecide
    refuse_locked(min(entry.day for entry in entries), actor=actor)
    return entries


def _write(
    entries: Sequence[TimeEntry], state: TimeState, *, actor: Any, is_decision: bool = False, refusal: str = ""
) -> None:
    if not entries:
        return
    keys, now = [entry.pk for entry in entries], timezone.now()
    TimeEntry.objects.filter(pk__in=keys).update(
        state=state,
        decided_by=actor if is_decision else None,
        decided_at=now if is_decision else None,
        refusal=refusal,
        version=F("version") + 1,
        updated_at=now,
    )
    record_versions(TimeEntry, keys, actor=actor, kind=CHANGED, reason=_REASONS[state])


def _tell_deciders(entries: Sequence[TimeEntry], monday: date, actor: Any) -> None:
    """The manager of the project; where there is none, or it is himself, the lead of the team."""
    theirs: dict[int, list[TimeEntry]] = defaultdict(list)
    keys = [entry.pk for entry in entries]
    for entry in TimeEntry.objects.filter(pk__in=keys).select_related("project", "team").order_by("day", "id"):
        manager = entry.project.owner_id if entry.project else None
        lead = entry.team.lead_id if entry.team else None
        receiver = manager if manager not in (None, actor.pk) else lead
        if receiver is not None:
            theirs[receiver].append(entry)
    for receiver, waiting in theirs.items():
        data = {"week": monday.isoformat(), "minutes": sum(entry.minutes for entry in waiting)}
        notify(SUBMITTED, record=waiting[0], receivers=[receiver], actor=actor, data=data)


def _tell_owners(kind: str, entries: Sequence[TimeEntry], actor: Any, *, reason: str = "") -> None:
    of_weeks: dict[tuple[int, date], list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        if entry.owner_id is not None:
            of_weeks[entry.owner_id, entry.day - timedelta(days=entry.day.weekday())].append(entry)
    for (owner, monday), decided in of_weeks.items():
        data = {
            "week": monday.isoformat(),
            "minutes": sum(entry.minutes for entry in decided),
            "reason": reason,
        }
        notify(kind, record=decided[0], receivers=[owner], actor=actor, data=data)
