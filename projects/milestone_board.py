"""The board of milestones: what is overdue, due soon, reached and accepted, over all projects in sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access.rights import hidden_fields, locked_fields
from projects.models import Milestone, MilestoneState, Project

#: Of each column.
MOST = 50
_STATE = {"reached": MilestoneState.REACHED, "accepted": MilestoneState.ACCEPTED}


@dataclass(frozen=True)
class Card:
    milestone: Milestone
    project: Project
    may_move: bool

    @property
    def moves(self) -> list[tuple[str, Any]]:
        """(state, label) of where it may go."""
        return [(key, label) for key, label in MilestoneState.choices if key != self.milestone.state]


@dataclass(frozen=True)
class BoardColumn:
    """`state` is what a milestone becomes that is dropped here; `tint` a colour of the kit."""

    key: str
    label: Any
    tint: str
    cards: Sequence[Card]
    has_more: bool

    @property
    def state(self) -> str:
        return _STATE.get(self.key, MilestoneState.PLANNED).value

    @property
    def count(self) -> str:
        return f"{MOST}+" if self.has_more else str(len(self.cards))


def board_of(projects: Any, reader: Any) -> list[BoardColumn]:
    """`projects` is a filtered queryset, scoped here; seven queries. No column for whoever must not see milestones."""
    if "milestones" in hidden_fields(reader, Project):
        return []
    seen = projects.order_by().visible_to(reader)
    found = [(column, _first(where, order, seen)) for column, where, order in _columns(timezone.localdate())]
    keys = {row.project_id for _column, rows in found for row in rows}
    editable = _editable(keys, reader)
    return [
        BoardColumn(
            *column,
            cards=[Card(row, row.project, row.project_id in editable) for row in rows[:MOST]],
            has_more=len(rows) > MOST,
        )
        for column, rows in found
    ]


def _editable(keys: set[Any], reader: Any) -> set[Any]:
    if not keys or "milestones" in locked_fields(reader, Project):
        return set()
    return set(Project.objects.editable_by(reader).filter(pk__in=keys).values_list("pk", flat=True))


def _first(where: Q, order: str, projects: Any) -> list[Milestone]:
    rows = Milestone.objects.filter(where, project__in=projects).select_related("project")
    return list(rows.order_by(order, "id")[: MOST + 1])


def _columns(today: date) -> list[tuple[tuple[str, Any, str], Q, str]]:
    next_month = _month_after(today)
    planned, later = Q(state=MilestoneState.PLANNED), _month_after(next_month)
    return [
        (("overdue", _("Overdue"), "red"), planned & Q(due__lt=today), "due"),
        (("month", _("This month"), "amber"), planned & Q(due__gte=today, due__lt=next_month), "due"),
        (("next", _("Next month"), "blue"), planned & Q(due__gte=next_month, due__lt=later), "due"),
        (("later", _("Later"), "grey"), planned & Q(due__gte=later), "due"),
        (("reached", pgettext_lazy("milestone", "Reached"), "violet"), Q(state=MilestoneState.REACHED), "due"),
        (
            ("accepted", pgettext_lazy("milestone", "Accepted"), "green"),
            Q(state=MilestoneState.ACCEPTED),
            "-accepted_on",
        ),
    ]


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
