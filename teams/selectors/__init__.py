"""Reads about people and teams, here and for the apps above."""

from teams.selectors.owners import home_team_of, owners_offered_to, teams_offered_to
from teams.selectors.reach import people_managed_by, teams_managed_by

__all__ = [
    "home_team_of",
    "owners_offered_to",
    "people_managed_by",
    "teams_managed_by",
    "teams_offered_to",
]
