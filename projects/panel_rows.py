"""The rows and sums of the panels of deals, within the reader's sight and without what is hidden from him."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Count, Q, Sum, Value, When
from django.utils import timezone

from crm.access.rights import hidden_fields
from crm.money.amounts import money_text
from crm.money.sums import Total, total
from projects.marks import marks_of
from projects.models import Deal, StageKind


def deals_of(reader: Any, link: Literal["client", "contacts"], key: UUID, *, limit: int) -> dict[str, Any]:
    """Two queries: the first deals, open ones first, and the counts and sums of all of them; two more for their total.

    Whoever must not see stages is told of none as open or closed; amounts are summed for those who see them.
    """
    hidden = hidden_fields(reader, Deal)
    sees_stage, sees_amount = "stage" not in hidden, hidden.isdisjoint({"amount", "currency"})
    where = Q(client=key) if link == "client" else Q(contacts__contact=key)
    deals = Deal.objects.visible_to(reader).filter(where)
    order = [_OPEN_FIRST] if sees_stage else []
    rows = list(deals.select_related("stage").order_by(*order, "-updated_at", "-id")[: limit + 1])
    is_open = Q(state=StageKind.OPEN) if sees_stage else Q()
    totals = deals.values("currency").annotate(
        number=Count("pk"), open_number=Count("pk", filter=is_open), open_sum=Sum("amount", filter=is_open)
    )
    rows_of_sums = list(totals.order_by("currency"))
    sums = {row["currency"]: row["open_sum"] for row in rows_of_sums if row["open_sum"]} if sees_amount else {}
    return {
        "deals": rows[:limit],
        "marks": marks_of(rows[:limit], reader),
        "has_more": len(rows) > limit,
        "count": sum(row["number"] for row in rows_of_sums),
        "open_count": sum(row["open_number"] for row in rows_of_sums) if sees_stage else None,
        "sums": [money_text(amount, currency) for currency, amount in sums.items()],
        "total": _total(sums),
        "sees_stage": sees_stage,
        "sees_amount": sees_amount,
        "sees_close": "expected_close" not in hidden,
    }


def _total(sums: dict[str, Decimal]) -> Total | None:
    """Of several currencies, by the rates of today; None where there is nothing to add up."""
    if len(sums) < 2:
        return None
    added = total(sums, on=timezone.localdate())
    return added if len(added.unrated) < len(sums) else None


_OPEN_FIRST = Case(When(state=StageKind.OPEN, then=Value(0)), default=Value(1))
