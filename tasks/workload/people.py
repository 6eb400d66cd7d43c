"""Whose workload is on the page: a team with all below it, or oneself and one's teammates."""

from typing import Any

from crm.access.rights import rights_of
from teams.models import Team, User
from teams.rights import children_of_teams, with_all_below

MOST_PEOPLE = 60


def people_of(team: Team) -> list[User]:
    """Active members of the team and of those below it, by name; no more than a page holds."""
    teams = with_all_below([team.pk], children_of_teams())
    return _active(User.objects.filter(memberships__team__in=teams))


def teammates_of(reader: Any) -> list[User]:
    """Himself first."""
    teams = rights_of(reader).team_ids
    found = _active(User.objects.filter(memberships__team__in=teams)) if teams else [reader]
    return sorted(found, key=lambda person: person.pk != reader.pk)


def _active(people: Any) -> list[User]:
    return list(people.filter(is_active=True).distinct().order_by("first_name", "last_name", "id")[:MOST_PEOPLE])
