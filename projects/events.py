"""Moves of deals on timelines."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.history.comparing import Change
from crm.timeline.registry import Event, Kind, register, register_kind
from projects.models import Deal, StageMove
from projects.services.moves import LOST, MOVED, REOPENED, WON
from projects.telling import move_sentence, moves_told_to

_ICONS = {MOVED: "arrow-right", WON: "circle-check", LOST: "circle-x", REOPENED: "arrow-back-up"}


def tell_moves(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """What the line of a move needs, at one query."""
    moves = moves_told_to(reader, [entry.source_id for entry in entries])
    return {
        entry.pk: {
            "sentence": move_sentence(entry.event, move),
            "icon_name": _ICONS[entry.event],
            "changes": _reason(move),
        }
        for entry in entries
        if (move := moves.get(entry.source_id)) is not None
    }


def _reason(move: StageMove) -> list[Change]:
    label = capfirst(str(Deal._meta.get_field("loss_reason").verbose_name))  # type: ignore[union-attr]
    return [Change("loss_reason", label, new=move.reason)] if move.reason else []


register_kind(Kind(key="deal", label=_("Deals"), icon="businessplan", tint="violet", order=60))
for _event in (MOVED, WON, LOST, REOPENED):
    register(Event(key=_event, kind="deal", load=tell_moves, template="timeline/_happened.jinja"))
