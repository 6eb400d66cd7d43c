"""What one unit of a currency was worth on a day."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.history.models import Version
from crm.money.amounts import decimal_text
from crm.money.currencies import validate_currency

LEAST_RATE = Decimal("0.00000001")


class ExchangeRate(models.Model):
    """`rate` units of `base` are paid for one of `currency`, from this day until the next rate.

    The base is kept with the rate: when the company begins to count in another currency, rates of before are of
    the one of before, and are not used for the new one.
    """

    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    base = models.CharField(_("in"), max_length=3, validators=[validate_currency], editable=False)
    day = models.DateField(_("from the day"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=8, validators=[MinValueValidator(LEAST_RATE)])

    PARTS: ClassVar[tuple[str, ...]] = ()
    history = HistoricalRecords(bases=[Version], history_id_field=models.BigAutoField(), excluded_fields=[])
    # Services write the versions, with the actor; the library's own would come without him.
    skip_history_when_saving = True

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "currency", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "currency", "day"],
                name="exchange_rate_once_a_day",
                violation_error_message=_("This currency has a rate of this day already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="exchange_rate_above_zero", violation_error_message=_("Above zero.")
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("base")),
                name="exchange_rate_of_another_currency",
                violation_error_message=_("This is the currency of the company itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency}/{self.base} {self.day}"

    @property
    def text(self) -> str:
        """ "1 USD = 41.25 UAH", in the active language."""
        return f"1 {self.currency} = {decimal_text(self.rate)} {self.base}"
