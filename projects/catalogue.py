"""Reads of the catalogue: what a product costs, as far as the reader sees price lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from crm.access.rights import Action, hidden_fields, may
from projects.models import Deal, DealLine, Price, PriceList, Product


@dataclass(frozen=True)
class PriceBook:
    """The prices of some products in one currency on one day, those of the list that is asked first standing first."""

    prices: dict[UUID, list[Price]] = field(default_factory=dict)

    def price(self, product: UUID | None, quantity: Decimal) -> Price | None:
        """That of the first list which has one for so many; None where no list has."""
        if product is None:
            return None
        return next((price for price in self.prices.get(product, ()) if price.from_quantity <= quantity), None)


def sees_prices(reader: Any) -> bool:
    """Whether there are price lists for him at all; those who must not see amounts see no price either."""
    return may(reader, Action.VIEW, PriceList) and "prices" not in hidden_fields(reader, PriceList)


def price_book(products: Collection[UUID], currency: str, *, reader: Any, on: date) -> PriceBook:
    """At one query; empty for whoever sees no prices."""
    if not products or "prices" in hidden_fields(reader, PriceList):
        return PriceBook()
    rows = Price.objects.filter(product__in=products, price_list__in=_lists_on(on, currency, reader))
    found: dict[UUID, list[Price]] = {}
    order = ("-price_list__is_default", "price_list__position", "price_list__name", "price_list_id", "-from_quantity")
    for row in rows.select_related("price_list").order_by(*order):
        found.setdefault(row.product_id, []).append(row)
    return PriceBook(found)


def _lists_on(day: date, currency: str, reader: Any) -> Any:
    lists = PriceList.objects.visible_to(reader).filter(currency=currency)
    begun = Q(valid_from=None) | Q(valid_from__lte=day)
    return lists.filter(begun, Q(valid_until=None) | Q(valid_until__gte=day))


def prices_of(product: Product, reader: Any, *, limit: int) -> list[Price]:
    """By list: those that have no end or the latest one first, then the smaller quantities first."""
    if not sees_prices(reader):
        return []
    lists = PriceList.objects.visible_to(reader)
    rows = product.prices.filter(price_list__in=lists).select_related("price_list")
    last = F("price_list__valid_until").desc(nulls_first=True)
    order = (last, "-price_list__is_default", "price_list__position", "price_list__name", "price_list_id")
    return list(rows.order_by(*order, "from_quantity")[:limit])


def prices_seen(price_list: PriceList, reader: Any) -> tuple[list[Price], int]:
    """The prices of products in the reader's sight, by product, and how many more there are; one query."""
    seen = Product.objects.visible_to(reader).filter(pk=OuterRef("product_id"))
    rows: list[Any] = list(price_list.prices.annotate(is_seen=Exists(seen)).select_related("product"))
    shown = sorted((row for row in rows if row.is_seen), key=lambda row: (row.product.name, row.from_quantity))
    return shown, len(rows) - len(shown)


def price_texts(lists: Sequence[PriceList], reader: Any) -> dict[UUID, list[str]]:
    """ "Support: $100" for each price of these lists whose product is in the reader's sight; one query."""
    seen = Product.objects.visible_to(reader)
    rows = Price.objects.filter(price_list__in=[one.pk for one in lists], product__in=seen)
    found: dict[UUID, list[str]] = {}
    for row in rows.select_related("product", "price_list").order_by("product__name", "from_quantity"):
        found.setdefault(row.price_list_id, []).append(str(row))
    return found


def lines_of(deal: Deal, reader: Any) -> list[Any]:
    """The lines in order, each with `is_seen`: whether the reader sees its product. One query."""
    seen = Product.objects.visible_to(reader).filter(pk=OuterRef("product_id"))
    rows: Any = deal.lines.annotate(is_seen=Exists(seen))
    for row in rows:
        # Not asked of the database line by line: their totals are in its currency.
        row.deal = deal
    return list(rows)


def lines_by_deal(deals: Sequence[Deal]) -> dict[UUID, list[DealLine]]:
    """The lines of several deals in the reader's sight; one query."""
    found: dict[UUID, list[DealLine]] = {}
    for row in DealLine.objects.filter(deal__in=[deal.pk for deal in deals]):
        found.setdefault(row.deal_id, []).append(row)
    return found
