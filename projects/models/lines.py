"""The lines of a deal: what of the catalogue, or of anything else, is sold in it, and for how much."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.money.amounts import EXACT, decimal_text, money_text, rounded
from projects.models.deals import Deal
from projects.models.products import Product, Unit

LEAST_QUANTITY = Decimal("0.001")


class DealLine(models.Model):
    """A line of a deal, of a product or of free text; its prices are in the currency of the deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, null=True, blank=True, related_name="deal_lines"
    )
    title = models.CharField(_("title"), max_length=500)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(LEAST_QUANTITY)],
    )
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.PIECE)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    discount = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("line of a deal")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="deal_line_quantity_above_zero"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="deal_line_price_not_negative"),
            models.CheckConstraint(
                condition=Q(discount__gte=0) & Q(discount__lte=100), name="deal_line_discount_in_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def total(self) -> Decimal:
        """What the line comes to after its discount, in the minor unit of the deal's currency."""
        return self.total_in(self.deal.currency)

    def total_in(self, currency: str) -> Decimal:
        before = EXACT.multiply(self.quantity, self.unit_price)
        after = EXACT.multiply(before, EXACT.divide(EXACT.subtract(Decimal(100), self.discount), Decimal(100)))
        return rounded(after, currency)

    @property
    def money(self) -> str:
        return money_text(self.total, self.deal.currency)

    @property
    def full_text(self) -> str:
        """ "Support × 2, 100, −10%": with its price, for those who write lines."""
        told = f"{self.title} × {self.quantity_text}, {decimal_text(self.unit_price)}"
        return f"{told}, −{self.discount_text}%" if self.discount else told

    @property
    def quantity_text(self) -> str:
        return decimal_text(self.quantity)

    @property
    def discount_text(self) -> str:
        return decimal_text(self.discount)

    @property
    def price_money(self) -> str:
        return money_text(self.unit_price, self.deal.currency)


def sum_of(lines: Iterable[DealLine], currency: str) -> Decimal:
    """The sum of the totals, each rounded by itself: what stands in the lines adds up to what stands below them."""
    return sum((line.total_in(currency) for line in lines), Decimal(0))
