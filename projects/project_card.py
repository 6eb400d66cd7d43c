"""What the card of a project shows of its parts, its health and its money, as far as one reader may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from crm.pages.card import Card
from projects.burn import burn_of
from projects.health_reading import health_by_project, hours_expression
from projects.models import Project
from projects.project_selectors import contacts_of_project, team_of_project

_PLAIN_PARTS = ("milestones", "risks", "links", "rates")


def standing_of(card: Card, reader: Any) -> dict[str, Any]:
    """A query each for the people and the team, one for all the other parts, and one for the money of won deals."""
    project, sees = card.record, card.sees
    rows = _rows_of(project)
    project.facts_due = [row.due for row in rows["milestones"] if row.is_planned]
    project.facts_risks = [f"{row.probability} {row.impact}" for row in rows["risks"] if not row.is_closed]
    project.facts_hours = rows.pop("hours")
    health = health_by_project([project], reader)[project.pk]
    people, unseen = contacts_of_project(project, reader) if sees["contacts"] else ([], 0)
    team = team_of_project(project) if sees["members"] else []
    return {
        "health": health,
        "people": people,
        "unseen": unseen,
        "team": team,
        "too_much": _too_much(team),
        **{name: rows[name] if sees[name] else [] for name in _PLAIN_PARTS},
        "sees_money": sees["milestones.amount"],
        "burn": burn_of(project, rows["milestones"] if sees["milestones"] else [], reader),
    }


def _rows_of(project: Project) -> dict[str, Any]:
    """The rows of the parts that name nobody, and the `hours` spent, all at one query."""
    parts = {name: Project.part_model(name) for name in _PLAIN_PARTS}
    wanted = {f"{name}_rows": ArraySubquery(_as_json(part)) for name, part in parts.items()}
    found: Any = Project.objects.filter(pk=project.pk).values(**wanted, hours=hours_expression()).get()
    rows = {name: [_row(part, told) for told in found[f"{name}_rows"]] for name, part in parts.items()}
    return {**rows, "hours": found["hours"]}


def _as_json(part: Any) -> Any:
    names = [field.attname for field in part._meta.concrete_fields]
    rows = part.objects.filter(project=OuterRef("pk")).order_by(*part._meta.ordering)
    return rows.values_list(JSONObject(**dict(zip(names, names, strict=True))))


def _row(part: Any, told: Mapping[str, Any]) -> Any:
    return part(**{field.attname: field.to_python(told[field.attname]) for field in part._meta.concrete_fields})


def _too_much(team: Sequence[Any]) -> Mapping[int, str]:
    """Of people who are given more than a whole person today, in all their projects: the warning, by their key."""
    return {
        member.user_id: _("%(percent)s%% of his time in all projects") % {"percent": member.total}
        for member in team
        if (member.total or 0) > 100
    }
