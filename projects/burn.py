"""Money and hours of a project against its plan, as far as one reader may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from crm.money.amounts import decimal_text, money_text
from projects.health_reading import hours_are_counted
from projects.models import Deal, Milestone, MilestoneState, Project, StageKind


@dataclass(frozen=True)
class Bar:
    """`share` is its length in percent of the longest one."""

    label: str
    value: str
    share: str
    tint: str


@dataclass(frozen=True)
class Burn:
    """`others` are sums of won deals in other currencies, which nothing is measured against."""

    bars: Sequence[Bar]
    others: Sequence[str] = ()
    hours: Sequence[Bar] = ()


def burn_of(project: Project, milestones: Sequence[Milestone], reader: Any) -> Burn | None:
    """One query for the won deals; the hours spent are those that the project was read with.

    None for whoever must not see the budget, or where there is nothing to tell.
    """
    hidden = hidden_fields(reader, Project)
    hours = [] if "budget_hours" in hidden else _hours(project)
    if "budget_amount" in hidden:
        return Burn([], (), hours) if hours else None
    won = _won(project, reader)
    told = [
        (_("Budget"), project.budget_amount, "blue"),
        (_("Won deals"), won.pop(project.currency, None), "violet"),
        (_("Milestones accepted"), _sum(milestones, lambda row: row.state == MilestoneState.ACCEPTED), "green"),
        (_("Milestones due by today"), _sum(milestones, lambda row: row.due <= timezone.localdate()), "amber"),
        (_("All milestones"), _sum(milestones, lambda _row: True), "grey"),
    ]
    bars = _bars([(label, amount, tint) for label, amount, tint in told if amount], project.money_of)
    others = [money_text(amount, currency) for currency, amount in sorted(won.items())]
    return Burn(bars, others, hours) if bars or hours or others else None


def _won(project: Project, reader: Any) -> dict[str, Decimal]:
    """The sums of won deals in sight by currency; none for whoever must not see what they say."""
    if hidden_fields(reader, Deal) & {"amount", "currency", "stage", "project"}:
        return {}
    won = Deal.objects.visible_to(reader).filter(project=project, state=StageKind.WON, amount__gt=0)
    return dict(won.order_by().values("currency").annotate(total=Sum("amount")).values_list("currency", "total"))


def _sum(milestones: Sequence[Milestone], is_counted: Any) -> Decimal:
    return sum((row.amount for row in milestones if row.amount and is_counted(row)), Decimal(0))


def _hours(project: Project) -> list[Bar]:
    if not hours_are_counted():
        return []
    told = [
        (_("Hours planned"), project.budget_hours, "blue"),
        (_("Hours spent"), getattr(project, "facts_hours", None), "green"),
    ]
    return _bars([(label, amount, tint) for label, amount, tint in told if amount], decimal_text)


def _bars(told: Sequence[tuple[str, Decimal, str]], text: Any) -> list[Bar]:
    longest = max((amount for _label, amount, _tint in told), default=Decimal(1))
    return [Bar(label, text(amount), f"{amount * 100 / longest:.2f}%", tint) for label, amount, tint in told]
