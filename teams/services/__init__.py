"""Every write to people, teams, roles and the company: a verb each, the actor keyword-only."""

from teams.services.company import save_company, take_after_company
from teams.services.newcomers import add_person
from teams.services.people import save_memberships, save_picture, save_profile
from teams.services.rates import RateChanged, delete_rate, refuse_unless_keeps_rates, save_rate
from teams.services.roles import (
    NotTheirsToGive,
    delete_role,
    give_role,
    install_ready_roles,
    refuse_unless_theirs_to_give,
    save_role,
)
from teams.services.roles_rules import RoleStillUsed, StaleRole
from teams.services.seeing import end_seeing, see_as
from teams.services.skills import merge_skills, save_skill
from teams.services.staffing import (
    AbsencesOverlap,
    cancel_absence,
    change_absence,
    enter_absence,
    save_skills,
    save_working_hours,
)
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
    "AbsencesOverlap",
    "NotTheirsToGive",
    "RateChanged",
    "RoleStillUsed",
    "StaleRole",
    "TeamStillUsed",
    "add_person",
    "cancel_absence",
    "change_absence",
    "create_team",
    "delete_rate",
    "delete_role",
    "delete_team",
    "end_seeing",
    "enter_absence",
    "give_role",
    "install_ready_roles",
    "join_team",
    "leave_team",
    "merge_skills",
    "move_team",
    "refuse_unless_keeps_rates",
    "refuse_unless_theirs_to_give",
    "save_company",
    "save_memberships",
    "save_picture",
    "save_profile",
    "save_rate",
    "save_role",
    "save_skill",
    "save_skills",
    "save_team",
    "save_working_hours",
    "see_as",
    "take_after_company",
]
