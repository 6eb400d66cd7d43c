"""Price lists: what products cost in one currency, for a time."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access.models import Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from crm.money.amounts import decimal_text, money_text
from crm.money.currencies import validate_currency
from projects.models.products import Product


class PriceList(Record):
    """Prices in one currency from one day to another, both included; without a day there is no bound.

    Of several that hold, a default one is asked first, then they go by `position`.
    """

    PARTS: ClassVar[tuple[str, ...]] = ("prices",)
    URL_NAMESPACE: ClassVar[str] = "prices"
    IS_REFERENCE: ClassVar[bool] = True
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {
        *("currency", "valid_from", "valid_until", "is_default", "prices"),
    }
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = Record.NEEDED_AT_CREATION | {"currency"}

    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(pgettext_lazy("price list", "valid until"), null=True, blank=True)
    is_default = models.BooleanField(
        pgettext_lazy("price list", "default"), default=False, help_text=_("Asked first of all lists in its currency.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Record.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="price_list_ends_after_it_begins",
                violation_error_message=_("The list ends before it begins."),
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("The list ends before it begins.")})

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def is_valid_now(self) -> bool:
        return self.holds_on(timezone.localdate())


class Price(models.Model):
    """What one unit of a product costs, from a quantity on."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices", db_index=False)
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="prices")
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    from_quantity = models.DecimalField(
        _("from quantity"), max_digits=12, decimal_places=3, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            # At the end of the transaction: rows of a list may change places.
            models.UniqueConstraint(
                fields=["price_list", "product", "from_quantity"],
                name="price_once_a_quantity",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("This product has a price from this quantity already."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(from_quantity__gte=0), name="price_from_quantity_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.money}"

    @property
    def money(self) -> str:
        """The price with the currency of its list, in the active language."""
        return money_text(self.amount, self.price_list.currency)

    @property
    def amount_text(self) -> str:
        return decimal_text(self.amount)

    @property
    def from_quantity_text(self) -> str:
        """Empty where the price holds for any quantity."""
        return decimal_text(self.from_quantity) if self.from_quantity else ""


class PriceListUserShare(UserShare):
    content_object = models.ForeignKey(PriceList, on_delete=models.CASCADE)


class PriceListTeamShare(TeamShare):
    content_object = models.ForeignKey(PriceList, on_delete=models.CASCADE)
