"""Pipelines with their stages, the deals in them, and who moved what when."""

from projects.models.deals import Deal, DealContact, DealTeamShare, DealUserShare
from projects.models.moves import StageMove
from projects.models.pipelines import REQUIRABLE, Pipeline, Stage, StageKind

__all__ = [
    "REQUIRABLE",
    "Deal",
    "DealContact",
    "DealTeamShare",
    "DealUserShare",
    "Pipeline",
    "Stage",
    "StageKind",
    "StageMove",
]
