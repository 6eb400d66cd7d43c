"""Lines of a deal on their way to be stored: what is left open is taken from the catalogue, and all is added up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.rights import locked_fields
from projects.catalogue import price_book
from projects.models import Deal, DealLine, Product
from projects.models.lines import sum_of

Parts = Mapping[str, Sequence[Any]]
#: The most that the amount of a deal holds.
MOST = Decimal("999999999999.99")


class PriceMissing(ValidationError):
    """No price list that holds has a price of the product in the currency of the deal."""

    def __init__(self) -> None:
        super().__init__(_("No price list has a price of it in this currency: type one."))


class AmountTooLarge(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("The lines come to more than a deal can hold."))


def count_amount(deal: Deal, parts: Parts | None, *, actor: Any) -> None:
    """Set the amount of a deal to the sum of its lines, given or stored; without lines it stays as it is.

    Lines that are given and that the actor may write are completed first. Raises ValidationError.
    """
    given = (parts or {}).get("lines")
    if given is not None and "lines" not in locked_fields(actor, Deal):
        complete_lines(given, deal.currency, actor=actor)
        lines = given
    else:
        lines = [] if deal._state.adding else list(deal.lines.all())
    if not lines:
        return
    amount = sum_of(lines, deal.currency)
    if amount > MOST:
        raise AmountTooLarge
    deal.amount = amount


def complete_lines(lines: Sequence[DealLine], currency: str, *, actor: Any) -> None:
    """Fill in titles, units and prices that were left open, and hold each line to its limits.

    They are taken from products and lists in the actor's sight, prices as of today. Raises PriceMissing,
    ValidationError.
    """
    open_lines = [line for line in lines if not line.title.strip() or not line.unit or line.unit_price is None]
    keys = {line.product_id for line in open_lines if line.product_id}
    products = Product.objects.visible_to(actor).in_bulk(keys) if keys else {}
    book = price_book(products, currency, reader=actor, on=timezone.localdate())
    for line in lines:
        take_after_product(line, products.get(line.product_id))
        if line.unit_price is None:
            price = book.price(line.product_id, line.quantity)
            if price is None:
                raise PriceMissing
            line.unit_price = price.amount
        line.clean_fields(exclude=["deal"])


def take_after_product(line: DealLine, product: Product | None) -> None:
    """A title and a unit that were left open are those of the product, which is in sight of who writes them."""
    line.title = line.title.strip() or (product.name if product else "")
    line.unit = line.unit or (product.unit if product else DealLine._meta.get_field("unit").get_default())
