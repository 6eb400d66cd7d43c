"""Pipelines and the deals in them, the catalogue and its prices, projects with all that belongs to them."""

from projects.models.deals import Deal, DealContact, DealTeamShare, DealUserShare
from projects.models.lines import DealLine
from projects.models.milestones import LinkKind, Milestone, MilestoneState, ProjectLink, Risk, RiskLevel
from projects.models.moves import StageMove
from projects.models.pipelines import REQUIRABLE, Pipeline, Stage, StageKind
from projects.models.prices import Price, PriceList, PriceListTeamShare, PriceListUserShare
from projects.models.products import Product, ProductKind, ProductTeamShare, ProductUserShare, Unit
from projects.models.project_team import MemberRole, ProjectMember, ProjectRate
from projects.models.projects import (
    HealthLevel,
    Project,
    ProjectContact,
    ProjectKind,
    ProjectMove,
    ProjectStage,
    ProjectState,
    ProjectTeamShare,
    ProjectUserShare,
)

__all__ = [
    "REQUIRABLE",
    "Deal",
    "DealContact",
    "DealLine",
    "DealTeamShare",
    "DealUserShare",
    "HealthLevel",
    "LinkKind",
    "MemberRole",
    "Milestone",
    "MilestoneState",
    "Pipeline",
    "Price",
    "PriceList",
    "PriceListTeamShare",
    "PriceListUserShare",
    "Product",
    "ProductKind",
    "ProductTeamShare",
    "ProductUserShare",
    "Project",
    "ProjectContact",
    "ProjectKind",
    "ProjectLink",
    "ProjectMember",
    "ProjectMove",
    "ProjectRate",
    "ProjectStage",
    "ProjectState",
    "ProjectTeamShare",
    "ProjectUserShare",
    "Risk",
    "RiskLevel",
    "Stage",
    "StageKind",
    "StageMove",
    "Unit",
]
