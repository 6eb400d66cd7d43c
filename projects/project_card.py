"""What the card of a project shows of its parts, its health and its money, as far as one reader may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.listing.parts import rows_of
from crm.pages.card import Card
from projects.health_reading import health_by_project
from projects.models import ProjectMember
from projects.project_selectors import allocations_over, contacts_of_project, team_of_project


def standing_of(card: Card, reader: Any) -> dict[str, Any]:
    """At one query a part; none for a part out of sight."""
    project, sees = card.record, card.sees
    health = health_by_project([project], reader)[project.pk]
    people, unseen = contacts_of_project(project, reader) if sees["contacts"] else ([], 0)
    team = team_of_project(project) if sees["members"] else []
    return {
        "health": health,
        "people": people,
        "unseen": unseen,
        "team": team,
        "too_much": _too_much(team),
        **{name: rows_of(project, name) if sees[name] else [] for name in ("milestones", "risks", "links", "rates")},
        "sees_money": sees["milestones.amount"],
    }


def _too_much(team: Sequence[ProjectMember]) -> Mapping[int, str]:
    """Of people who are given more than a whole person today, in all their projects: the warning, by their key."""
    over = allocations_over([member.user_id for member in team]) if team else {}
    return {key: _("%(percent)s%% of his time in all projects") % {"percent": total} for key, total in over.items()}
