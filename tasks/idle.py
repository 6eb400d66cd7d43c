"""Deals that nobody works on: open ones without a task ahead. Shown wherever deals are, and a filter of their lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.rights import Action, hidden_fields, may
from crm.listing.filters import FlagFilter
from projects.marks import Mark
from projects.models import Deal
from tasks.filters import overdue_now
from tasks.models import OPEN_STATES, Task


def ahead_now() -> Q:
    """Open, and due now or later."""
    return Q(state__in=OPEN_STATES) & (Q(due_at=None, due_on__gte=timezone.localdate()) | Q(due_at__gte=timezone.now()))


def sees_tasks_of_deals(reader: Any) -> bool:
    """Whether the reader may know which tasks belong to which deals, and how they stand."""
    return may(reader, Action.VIEW, Task) and hidden_fields(reader, Task).isdisjoint({"deal", "status", "due_on"})


def idle_marks(deals: Sequence[Deal], reader: Any) -> Mapping[UUID, Sequence[Mark]]:
    """Of open deals: that a task is overdue, else that none lies ahead. One query.

    Only tasks in the reader's sight count: that others have some would tell of records that he may not see.
    """
    open_deals = [deal for deal in deals if deal.is_open]
    if not open_deals or not sees_tasks_of_deals(reader) or "stage" in hidden_fields(reader, Deal):
        return {}
    seen = Task.objects.visible_to(reader).filter(deal__in=[deal.pk for deal in open_deals], state__in=OPEN_STATES)
    counted = (
        seen.order_by()
        .values("deal")
        .annotate(ahead=Count("pk", filter=ahead_now()), overdue=Count("pk", filter=overdue_now()))
    )
    counts: dict[Any, Any] = {row["deal"]: row for row in counted}
    return {deal.pk: marks for deal in open_deals if (marks := _marks(counts.get(deal.pk)))}


def _marks(counts: Mapping[str, int] | None) -> list[Mark]:
    if counts and counts["overdue"]:
        return [Mark("alert-triangle", "red", _("A task is overdue"), _("A task on this deal is overdue"))]
    if counts and counts["ahead"]:
        return []
    return [Mark("zzz", "amber", _("No next task"), _("Nobody works on this deal: no task that you see lies ahead"))]


class IdleFilter(FlagFilter):
    """Open deals without a task ahead, of the tasks in the reader's sight."""

    @staticmethod
    def is_open_to(user: Any) -> bool:
        return sees_tasks_of_deals(user)

    def filter(self, queryset: Any, value: Any) -> Any:
        if not value:
            return queryset
        reader = self.parent.request.user
        ahead = Task.objects.visible_to(reader).filter(ahead_now(), deal=OuterRef("pk"))
        return queryset.filter(~Exists(ahead), state="open")
