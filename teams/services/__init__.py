"""Every write to people, teams, roles and the company: a verb each, the actor keyword-only."""

from teams.services.company import save_company, take_after_company
from teams.services.roles import (
    NotTheirsToGive,
    give_role,
    install_ready_roles,
    refuse_unless_theirs_to_give,
    save_role,
)
from teams.services.skills import merge_skills, save_skill
from teams.services.structure import (
    TeamStillUsed,
    create_team,
    delete_team,
    join_team,
    leave_team,
    move_team,
    save_team,
)

__all__ = [
    "NotTheirsToGive",
    "TeamStillUsed",
    "create_team",
    "delete_team",
    "give_role",
    "install_ready_roles",
    "join_team",
    "leave_team",
    "merge_skills",
    "move_team",
    "refuse_unless_theirs_to_give",
    "save_company",
    "save_role",
    "save_skill",
    "save_team",
    "take_after_company",
]
