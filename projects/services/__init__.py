"""Every write to deals, projects, pipelines and the catalogue: one module a noun."""

from projects.services.catalogue import create_price_list, create_product, save_price_list, save_product
from projects.services.deals import create_deal, duplicate_deal, save_deal
from projects.services.milestones import NoSuchMilestone, put_milestone_off, set_milestone_state, shift_plan
from projects.services.moves import lose_deal, move_deal, place_deal
from projects.services.pipelines import install_ready_pipeline, install_ready_project_stages
from projects.services.projects import create_project, judge_project, move_project, restore_project, save_project
from projects.services.refusals import (
    DealIsClosed,
    DealIsOpen,
    DealNotWon,
    FieldsMissing,
    MoveRefused,
    NoPipeline,
    NoProjectStage,
    NothingToSplit,
    ProjectOfAnotherClient,
    ProjectOutOfReach,
    ReasonMissing,
    StageSkipped,
    WrongPart,
    WrongPipeline,
)
from projects.services.splitting import may_split, split_deal
from projects.services.winning import NewProject, ProjectChoice, ProjectFate, give_project, reopen_deal, win_deal

__all__ = [
    "DealIsClosed",
    "DealIsOpen",
    "DealNotWon",
    "FieldsMissing",
    "MoveRefused",
    "NewProject",
    "NoPipeline",
    "NoProjectStage",
    "NoSuchMilestone",
    "NothingToSplit",
    "ProjectChoice",
    "ProjectFate",
    "ProjectOfAnotherClient",
    "ProjectOutOfReach",
    "ReasonMissing",
    "StageSkipped",
    "WrongPart",
    "WrongPipeline",
    "create_deal",
    "create_price_list",
    "create_product",
    "create_project",
    "duplicate_deal",
    "give_project",
    "install_ready_pipeline",
    "install_ready_project_stages",
    "judge_project",
    "lose_deal",
    "may_split",
    "move_deal",
    "move_project",
    "place_deal",
    "put_milestone_off",
    "reopen_deal",
    "restore_project",
    "save_deal",
    "save_price_list",
    "save_product",
    "save_project",
    "set_milestone_state",
    "shift_plan",
    "split_deal",
    "win_deal",
]
