"""Deals as cards in the columns of their stages, within the reader's sight and filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils import timezone

from crm.access.rights import Action, locked_fields, may
from crm.listing.counting import capped
from crm.listing.keyset import cursor_after, read_page
from crm.listing.pages import CURSOR
from crm.money.amounts import money_text
from crm.ui.addresses import address_of
from projects.marks import Mark, marks_of
from projects.models import Deal, Pipeline, Stage, StageKind
from projects.selectors import client_names, pipelines_in_order, stages_of
from projects.switch import DealsPage
from projects.tables import BOARD

#: Cards that a column begins with, and that it goes on with each time.
SHOWN = 20
COLUMN = "column"


@dataclass(frozen=True)
class Head:
    """What stands over a column: how many deals, and their sums by currency for who may see amounts."""

    stage: Stage
    number: int = 0
    sums: Sequence[str] = ()
    list_url: str = ""

    @property
    def count(self) -> str:
        return capped(self.number)


@dataclass(frozen=True)
class BoardCard:
    """A deal as its card: `client` is empty out of sight, `said` is a sentence about what just happened to it."""

    deal: Deal
    client: str = ""
    marks: Sequence[Mark] = ()
    may_move: bool = False
    said: str = ""
    mend_url: str = ""


@dataclass(frozen=True)
class BoardColumn:
    """`more_url` gives the cards after these, empty at the end."""

    head: Head
    cards: list[BoardCard] = field(default_factory=list)
    more_url: str = ""


class BoardPage(DealsPage):
    """The board of one pipeline as one reader sees it now; the caller asks whether he may see stages at all.

    The pipeline is the one that the address names, else the default one.
    """

    own = ("pipeline",)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, BOARD)
        self.parameters.pop(COLUMN, None)
        self.this_year = timezone.localdate().year

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        return pipelines_in_order()

    @cached_property
    def pipeline(self) -> Pipeline | None:
        named = self.request.GET.get("pipeline", "")
        chosen = (one for one in self.pipelines if str(one.pk) == named)
        default = (one for one in self.pipelines if one.is_default)
        return next(chosen, None) or next(default, None) or next(iter(self.pipelines), None)

    @property
    def pipeline_tabs(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is the present one), of a company with several pipelines."""
        if len(self.pipelines) < 2:
            return []
        return [(str(one), self.address(pipeline=one.pk), one == self.pipeline) for one in self.pipelines]

    @cached_property
    def stages(self) -> list[Stage]:
        """All of the pipeline, in order, the won and the lost one at the end."""
        return stages_of(self.pipeline) if self.pipeline else []

    @property
    def may_move(self) -> bool:
        user = self.request.user
        return may(user, Action.CHANGE, Deal) and "stage" not in locked_fields(user, Deal)

    @property
    def asks_reason(self) -> bool:
        return "loss_reason" not in locked_fields(self.request.user, Deal)

    @cached_property
    def lanes(self) -> list[BoardColumn]:
        stages = [stage for stage in self.stages if stage.is_open]
        deals = self._first_deals(stages)
        cards = {card.deal.pk: card for card in self.cards([deal for rows in deals.values() for deal in rows[:SHOWN]])}
        columns = []
        for stage in stages:
            rows = deals[stage.pk]
            more = self._more_url(stage, cursor_after(self.order, rows[SHOWN - 1])) if len(rows) > SHOWN else ""
            columns.append(BoardColumn(self.column_heads[stage.pk], [cards[deal.pk] for deal in rows[:SHOWN]], more))
        return columns

    @property
    def ends(self) -> list[Head]:
        """The won and the lost stage, with what was closed this month."""
        return [self.column_heads[stage.pk] for stage in self.stages if not stage.is_open]

    @cached_property
    def column_heads(self) -> dict[int, Head]:
        return self.heads_of(self.stages)

    def heads_of(self, stages: Iterable[Stage]) -> dict[int, Head]:
        """By stage; a query for the open ones, and one for the others, of which those of this month are counted."""
        of_stage = {stage.pk: stage for stage in stages}
        is_open = [pk for pk, stage in of_stage.items() if stage.is_open]
        closed = [pk for pk, stage in of_stage.items() if not stage.is_open]
        closed_now = self.filterset.qs.filter(closed_at__gte=start_of_month())
        totals = self._totals(is_open, self._open_deals) | self._totals(closed, closed_now)
        return {
            pk: Head(stage, *totals.get(pk, (0, ())), list_url=self._list_url(stage)) for pk, stage in of_stage.items()
        }

    def further(self, stage: Stage, cursor: str) -> BoardColumn:
        """The cards of a column after the cursor. Raises BrokenCursor."""
        of_stage = self._open_deals.filter(stage=stage)
        page = read_page(of_stage, fetch=self._first, order=self.order, size=SHOWN, cursor=cursor)
        head = Head(stage, list_url=self._list_url(stage))
        return BoardColumn(head, self.cards(page.rows), self._more_url(stage, page.next) if page.next else "")

    def cards(self, deals: Sequence[Deal], *, said: str = "", mend_url: str = "") -> list[BoardCard]:
        reader = self.request.user
        clients = {} if "client" in self.hidden else client_names(deals, reader)
        marks = marks_of(deals, reader)
        movable = self._movable(deals)
        return [
            BoardCard(
                deal,
                client=clients.get(deal.pk, ""),
                marks=marks.get(deal.pk, ()),
                may_move=deal.pk in movable,
                said=said,
                mend_url=mend_url,
            )
            for deal in deals
        ]

    def place_of(self, deal: Deal) -> UUID | None:
        """The deal that stands right before this one in its column; None of the first one."""
        others = self._open_deals.filter(stage=deal.stage_id).exclude(pk=deal.pk)
        before = self.order.reversed
        rows = before.apply(before.beyond(others, before.values_of(deal)))
        return next((one.pk for one in rows.first_visible(self.request.user, limit=1)), None)

    @property
    def count(self) -> str:
        return capped(sum(head.number for head in self.column_heads.values() if head.stage.is_open))

    @cached_property
    def is_bare(self) -> bool:
        if self.is_filtered or any(head.number for head in self.column_heads.values()):
            return False
        return not Deal.objects.count_visible(self.request.user, most=1)

    @property
    def _open_deals(self) -> Any:
        """The deals of the filters; those that are open have indexes of their own."""
        return self.filterset.qs.filter(state=StageKind.OPEN)

    def _first_deals(self, stages: Sequence[Stage]) -> dict[int, list[Deal]]:
        """One more of each stage than is shown, so that a column knows whether it goes on; one query."""
        found: dict[int, list[Deal]] = {stage.pk: [] for stage in stages}
        of_stage = {stage.pk: stage for stage in stages}
        ordered = self.order.apply(self._open_deals)
        rows = ordered.first_visible_of_each(self.request.user, "stage", list(found), limit=SHOWN + 1)
        for deal in rows.select_related("owner"):
            deal.stage = of_stage[deal.stage_id]
            found[deal.stage_id].append(deal)
        return found

    def _movable(self, deals: Sequence[Deal]) -> set[UUID]:
        if not deals or not self.may_move:
            return set()
        editable = Deal.objects.editable_by(self.request.user).filter(pk__in=[deal.pk for deal in deals])
        return set(editable.values_list("pk", flat=True))

    def _totals(self, stages: Sequence[int], deals: Any) -> dict[int, tuple[int, Sequence[str]]]:
        """(how many of these deals, their sums by currency) by stage."""
        if not stages:
            return {}
        sums = (
            deals.visible_to(self.request.user)
            .filter(stage__in=stages)
            .order_by()
            .values("stage_id", "currency")
            .annotate(number=Count("pk"), amounts=Sum("amount"))
        )
        numbers: dict[int, int] = {}
        texts: dict[int, list[str]] = {}
        for row in sums.order_by("stage_id", "-amounts"):
            pk = row["stage_id"]
            numbers[pk] = numbers.get(pk, 0) + row["number"]
            if self.sees_amount and row["amounts"]:
                texts.setdefault(pk, []).append(money_text(row["amounts"], row["currency"]))
        return {pk: (number, texts.get(pk, ())) for pk, number in numbers.items()}

    def _more_url(self, stage: Stage, cursor: str) -> str:
        return address_of("deals:board") + self.address(**{COLUMN: stage.pk, CURSOR: cursor})

    def _list_url(self, stage: Stage) -> str:
        closed = {} if stage.is_open else {"closed_from": start_of_month().date().isoformat()}
        return self.list_url(stage=stage.pk, state=[], pipeline=[], **closed)


def start_of_month() -> datetime:
    """Of the present one, in the reader's time zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate().replace(day=1), time.min))
