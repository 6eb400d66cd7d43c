"""Moving deals from stage to stage: forth and back, won, lost, reopened. Each leaves a StageMove."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_noop

from crm.access.rights import hidden_fields, locked_fields
from crm.access.writing import change_fields, lock_record
from crm.notifications.following import followers_of
from crm.notifications.services import notify
from crm.timeline import writing as timeline
from projects.models import Deal, Stage, StageKind, StageMove
from projects.selectors import end_of, left_open_stage, stages_of
from projects.services.refusals import (
    DealIsClosed,
    DealIsOpen,
    FieldsMissing,
    ReasonMissing,
    StageSkipped,
    WrongPipeline,
)

MOVED, WON, LOST, REOPENED = "deals.moved", "deals.won", "deals.lost", "deals.reopened"
_REASONS = {
    MOVED: gettext_noop("Moved to another stage"),
    WON: gettext_noop("Won"),
    LOST: gettext_noop("Lost"),
    REOPENED: gettext_noop("Reopened"),
}
_EVENTS = {StageKind.OPEN: MOVED, StageKind.WON: WON, StageKind.LOST: LOST}


@transaction.atomic
def move_deal(deal: Deal, stage: Stage, *, actor: Any) -> Deal:
    """Put an open deal into another stage of its pipeline; nothing else of the instance is stored.

    Into the stage it stands in already is no move. Raises MoveRefused, by kind: WrongPipeline, DealIsClosed,
    StageSkipped, FieldsMissing, ReasonMissing for the lost stage; StaleVersion, PermissionDenied.
    """
    current = locked_for_move(deal, actor)
    if stage.pipeline_id != current.pipeline_id:
        raise WrongPipeline(stage)
    if stage.pk == current.stage_id:
        return deal
    if not current.is_open:
        raise DealIsClosed
    if stage.kind == StageKind.LOST:
        raise ReasonMissing
    refuse_to_enter(current, stage, actor)
    return put_into(deal, current, stage, actor=actor)


@transaction.atomic
def lose_deal(deal: Deal, reason: str, *, actor: Any) -> Deal:
    """Close a deal as lost, from any stage. Who may not write reasons gives none.

    Raises DealIsClosed, FieldsMissing, ReasonMissing, StaleVersion, PermissionDenied.
    """
    current = locked_for_move(deal, actor)
    if not current.is_open:
        raise DealIsClosed
    reason = reason.strip()
    if "loss_reason" in locked_fields(actor, Deal):
        reason = ""
    elif not reason:
        raise ReasonMissing
    stage = end_of(current, StageKind.LOST)
    _refuse_missing(current, stage, actor)
    return put_into(deal, current, stage, actor=actor, loss_reason=reason)


@transaction.atomic
def reopen_deal(deal: Deal, *, actor: Any) -> Deal:
    """Back into the stage it was closed from, the first one where that is not known; its project is not touched.

    Raises DealIsOpen, StaleVersion, PermissionDenied.
    """
    current = locked_for_move(deal, actor)
    if current.is_open:
        raise DealIsOpen
    return put_into(deal, current, left_open_stage(current), actor=actor, event=REOPENED)


def place_deal(deal: Deal, stage: Stage, *, actor: Any, reason: str = "") -> Deal:
    """Put a deal where somebody drops it: moved or won, lost for this reason, or opened again where it was closed.

    Raises as the others do.
    """
    if stage.kind == StageKind.LOST:
        return lose_deal(deal, reason, actor=actor)
    if stage.is_open and not deal.is_open:
        return reopen_deal(deal, actor=actor)
    return move_deal(deal, stage, actor=actor)


def locked_for_move(deal: Deal, actor: Any) -> Deal:
    """The stored deal, for one who may move it. Raises StaleVersion, PermissionDenied."""
    current = lock_record(deal)
    may_edit = Deal.objects.editable_by(actor).filter(pk=deal.pk).exists()
    if not may_edit or "stage" in locked_fields(actor, Deal):
        raise PermissionDenied
    return current


def refuse_to_enter(deal: Deal, stage: Stage, actor: Any) -> None:
    """Raises StageSkipped, FieldsMissing."""
    _refuse_skipping(deal, stage)
    _refuse_missing(deal, stage, actor)


def _refuse_skipping(deal: Deal, stage: Stage) -> None:
    if not deal.pipeline.is_sequential:
        return
    # Back is always open, and the lost stage is reached from everywhere; won is what follows the last open one.
    way = [one for one in stages_of(deal.pipeline) if one.kind != StageKind.LOST]
    way.sort(key=lambda one: not one.is_open)
    places = {one.pk: place for place, one in enumerate(way)}
    next_place = places[deal.stage_id] + 1
    if places[stage.pk] > next_place:
        raise StageSkipped(way[next_place])


def _refuse_missing(deal: Deal, stage: Stage, actor: Any) -> None:
    missing = [name for name in stage.required if not _is_filled(deal, name)]
    if not missing:
        return
    hidden = hidden_fields(actor, Deal)
    labels = {name: label for name, label in Deal.ruled_fields() if name not in hidden}
    raise FieldsMissing(stage, missing, [capfirst(labels[name]) for name in missing if name in labels])


def _is_filled(deal: Deal, name: str) -> bool:
    if name in Deal.PARTS:
        return bool(getattr(deal, name).exists())
    return getattr(deal, Deal._meta.get_field(name).attname) not in (None, "", [])  # type: ignore[union-attr]


def put_into(deal: Deal, current: Deal, stage: Stage, *, actor: Any, **how: str) -> Deal:
    """The move itself, of a deal that may be moved there; `deal.project` is stored with it.

    `how`: `loss_reason`, and the `event` where the kind of stage does not tell it.
    """
    now = timezone.now()
    reason, event = how.get("loss_reason", ""), how.get("event") or _EVENTS[StageKind(stage.kind)]
    move = StageMove.objects.create(
        deal=current,
        from_stage=current.stage,
        to_stage=stage,
        actor=actor,
        at=now,
        seconds=max(0, int((now - current.stage_since).total_seconds())),
        reason=reason,
    )
    deal.pipeline, deal.stage, deal.state, deal.stage_since = current.pipeline, stage, stage.kind, now
    deal.closed_at = None if deal.is_open else now
    deal.loss_reason = reason
    deal.project_id = current.project_id
    change_fields(deal, [*Deal.STANDING, "loss_reason", "project"], actor=actor, reason=_REASONS[event])
    source = (StageMove._meta.label_lower, move.pk)
    timeline.record(event, deal, actor=actor, fields=["stage"], source=source)
    notify("deals.moved", record=deal, receivers=followers_of(deal), actor=actor, source=source, data={"event": event})
    return deal
