"""Pipelines with their stages, the deals in them and who moved what when; the catalogue and its prices."""

from projects.models.deals import Deal, DealContact, DealTeamShare, DealUserShare
from projects.models.lines import DealLine
from projects.models.moves import StageMove
from projects.models.pipelines import REQUIRABLE, Pipeline, Stage, StageKind
from projects.models.prices import Price, PriceList, PriceListTeamShare, PriceListUserShare
from projects.models.products import Product, ProductKind, ProductTeamShare, ProductUserShare, Unit

__all__ = [
    "REQUIRABLE",
    "Deal",
    "DealContact",
    "DealLine",
    "DealTeamShare",
    "DealUserShare",
    "Pipeline",
    "Price",
    "PriceList",
    "PriceListTeamShare",
    "PriceListUserShare",
    "Product",
    "ProductKind",
    "ProductTeamShare",
    "ProductUserShare",
    "Stage",
    "StageKind",
    "StageMove",
    "Unit",
]
