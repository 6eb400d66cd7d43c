"""What panels tell of projects, and of the deals of a project, within the reader's sight."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Q, Value, When

from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.money.amounts import money_text
from projects.health_reading import health_by_project, with_facts
from projects.models import Deal, Project, ProjectState, StageKind
from projects.project_selectors import deals_in_project

_OPEN_FIRST = Case(When(state=ProjectState.OPEN, then=Value(0)), default=Value(1))
#: A project has few deals: what is summed is what was read.
_MOST_DEALS = 200


def projects_of(reader: Any, link: Literal["client", "contacts"], key: UUID, *, limit: int) -> dict[str, Any]:
    """One query: the first projects, open ones first, and how they fare."""
    hidden = hidden_fields(reader, Project)
    sees_stage = "stage" not in hidden
    where = Q(client=key) if link == "client" else Q(contacts__contact=key)
    order = [_OPEN_FIRST] if sees_stage else []
    seen = with_facts(Project.objects.visible_to(reader).filter(where).select_related("stage"))
    rows = list(seen.order_by(*order, "-updated_at", "-id")[: limit + 1])
    return {
        "projects": rows[:limit],
        "has_more": len(rows) > limit,
        "count": f"{limit}+" if len(rows) > limit else len(rows),
        "health": health_by_project(rows[:limit], reader) if rows else {},
        "sees_stage": sees_stage,
        "sees_code": "code" not in hidden,
        "sees_end": "planned_end" not in hidden,
    }


def deals_of_project(project: Project, reader: Any) -> dict[str, Any]:
    """One query: the deals in sight, and the sums of those that are won and of those still open, by currency."""
    hidden = hidden_fields(reader, Deal)
    sees_stage, sees_amount = "stage" not in hidden, hidden.isdisjoint({"amount", "currency"})
    deals = deals_in_project(project, reader, limit=_MOST_DEALS)
    return {
        "deals": deals,
        "won": _sums(deals, StageKind.WON) if sees_stage and sees_amount else [],
        "open": _sums(deals, StageKind.OPEN) if sees_stage and sees_amount else [],
        "sees_stage": sees_stage,
        "sees_amount": sees_amount,
        "may_add": may(reader, Action.ADD, Deal) and "project" not in locked_fields(reader, Deal),
    }


def _sums(deals: list[Deal], kind: StageKind) -> list[str]:
    sums: dict[str, Decimal] = {}
    for deal in deals:
        if deal.state == kind and deal.amount:
            sums[deal.currency] = sums.get(deal.currency, Decimal(0)) + deal.amount
    return [money_text(total, currency) for currency, total in sorted(sums.items())]
