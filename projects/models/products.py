"""What the company sells: services, products and subscriptions. What they cost is told by price lists."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION


class ProductKind(models.TextChoices):
    SERVICE = "service", pgettext_lazy("product", "Service")
    PRODUCT = "product", pgettext_lazy("product", "Product")
    SUBSCRIPTION = "subscription", pgettext_lazy("product", "Subscription")


KIND_TINTS = {
    ProductKind.SERVICE.value: "blue",
    ProductKind.PRODUCT.value: "teal",
    ProductKind.SUBSCRIPTION.value: "violet",
}


class Unit(models.TextChoices):
    """What a quantity counts."""

    HOUR = "hour", pgettext_lazy("unit", "hour")
    DAY = "day", pgettext_lazy("unit", "day")
    MONTH = "month", pgettext_lazy("unit", "month")
    YEAR = "year", pgettext_lazy("unit", "year")
    PIECE = "piece", pgettext_lazy("unit", "piece")
    LICENCE = "licence", pgettext_lazy("unit", "licence")
    USER = "user", pgettext_lazy("unit", "user")
    PACKAGE = "package", pgettext_lazy("unit", "package")


class Product(Record):
    """An entry of the catalogue. One that is not sold any more stays in deals, and is offered to none."""

    URL_NAMESPACE: ClassVar[str] = "products"
    IS_REFERENCE: ClassVar[bool] = True
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {"code", "category", "kind", "unit", "is_sold"}
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name", "code", "category")

    name = models.CharField(_("name"), max_length=500, db_collation=NAME_COLLATION)
    code = models.CharField(_("code"), max_length=50, blank=True, help_text=_("An article number or short name."))
    category = models.CharField(_("category"), max_length=100, blank=True, help_text=_("A series or line of products."))
    kind = models.CharField(_("kind"), max_length=12, choices=ProductKind, default=ProductKind.SERVICE)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.HOUR)
    is_sold = models.BooleanField(_("still sold"), default=True, help_text=_("Offered in new lines of deals."))
    description = models.TextField(_("description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=ALIVE & ~Q(code=""),
                name="product_code_once",
                violation_error_message=_("Another product has this code."),
            )
        ]

    @property
    def kind_tint(self) -> str:
        """The colour of its badge."""
        return KIND_TINTS.get(self.kind, "grey")


class ProductUserShare(UserShare):
    content_object = models.ForeignKey(Product, on_delete=models.CASCADE)


class ProductTeamShare(TeamShare):
    content_object = models.ForeignKey(Product, on_delete=models.CASCADE)
