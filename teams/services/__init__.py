"""Every write to people, teams, roles and the company: a verb each, the actor keyword-only."""

from teams.services.roles import (
    NotTheirsToGive,
    give_role,
    install_ready_roles,
    refuse_unless_theirs_to_give,
    save_role,
)
from teams.services.structure import join_team, leave_team

__all__ = [
    "NotTheirsToGive",
    "give_role",
    "install_ready_roles",
    "join_team",
    "leave_team",
    "refuse_unless_theirs_to_give",
    "save_role",
]
