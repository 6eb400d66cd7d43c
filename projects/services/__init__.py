"""Every write to deals, pipelines and the catalogue: one module a noun."""

from projects.services.catalogue import create_price_list, create_product, save_price_list, save_product
from projects.services.deals import create_deal, duplicate_deal, save_deal
from projects.services.moves import lose_deal, move_deal, place_deal, reopen_deal, win_deal
from projects.services.pipelines import install_ready_pipeline
from projects.services.refusals import (
    DealIsClosed,
    DealIsOpen,
    FieldsMissing,
    MoveRefused,
    NoPipeline,
    NothingToSplit,
    ReasonMissing,
    StageSkipped,
    WrongPart,
    WrongPipeline,
)
from projects.services.splitting import may_split, split_deal

__all__ = [
    "DealIsClosed",
    "DealIsOpen",
    "FieldsMissing",
    "MoveRefused",
    "NoPipeline",
    "NothingToSplit",
    "ReasonMissing",
    "StageSkipped",
    "WrongPart",
    "WrongPipeline",
    "create_deal",
    "create_price_list",
    "create_product",
    "duplicate_deal",
    "install_ready_pipeline",
    "lose_deal",
    "may_split",
    "move_deal",
    "place_deal",
    "reopen_deal",
    "save_deal",
    "save_price_list",
    "save_product",
    "split_deal",
    "win_deal",
]
