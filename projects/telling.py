"""What a move or a split of a deal says, in words for one reader; the timeline and the notifications tell it alike."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from projects.models import Deal, StageKind, StageMove
from projects.services.moves import LOST, REOPENED, WON
from projects.services.splitting import SPLIT


def moves_told_to(reader: Any, keys: Iterable[UUID | None]) -> Mapping[UUID, StageMove]:
    """These moves with their stages, at one query; none to a reader who must not see where deals stand.

    The reason of a loss is blanked for whoever must not see it. Sight of the deals is the caller's question.
    """
    hidden = hidden_fields(reader, Deal)
    if "stage" in hidden:
        return {}
    found = StageMove.objects.select_related("from_stage", "to_stage").in_bulk([key for key in keys if key])
    if "loss_reason" in hidden:
        for move in found.values():
            move.reason = ""
    return found


def move_sentence(event: str, move: StageMove) -> str:
    """What goes after a name on the deal's own timeline: "moved the deal from “Qualified” to “Proposal”"."""
    stages = {"from": move.from_stage, "to": move.to_stage}
    if event == WON:
        return _("won the deal")
    if event == LOST:
        return _("lost the deal in “%(from)s”") % stages
    if event == REOPENED:
        return _("reopened the deal in “%(to)s”") % stages
    return _("moved the deal from “%(from)s” to “%(to)s”") % stages


def said_of_move(deal: Deal) -> str:
    """What a move has come to, for the one who made it."""
    if deal.state == StageKind.WON:
        return _("“%(name)s” is won. Congratulations!") % {"name": deal}
    if deal.state == StageKind.LOST:
        return _("“%(name)s” is lost.") % {"name": deal}
    return _("“%(name)s” is in “%(stage)s” now.") % {"name": deal, "stage": deal.stage}


def split_sentence(event: str, other: str) -> str:
    """The same of a split, with the name of the other deal: "split the deal; “Portal (part)” goes on by itself"."""
    if event == SPLIT:
        return _("split the deal: “%(other)s” goes on by itself") % {"other": other}
    return _("split the deal off “%(other)s”") % {"other": other}
