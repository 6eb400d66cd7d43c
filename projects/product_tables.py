"""The lists of products and of price lists, and their exports."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.tables import RECORD_SORTS
from crm.listing.cells import SEVERAL
from crm.listing.columns import Column, Listing
from crm.listing.export import Field, chosen, plain
from projects.catalogue import price_texts
from projects.models import PriceList, Product
from projects.product_filters import PriceListFilterSet, ProductFilterSet


def _prices(lists: Sequence[PriceList], user: Any) -> Mapping[Any, str]:
    return {key: SEVERAL.join(texts) for key, texts in price_texts(lists, user).items()}


_OWNED = (
    plain("owner", _("Owner")),
    plain("team", _("Team")),
    Field(label=_("Added on"), fields=(), value=lambda record: record.created_at),
    Field(label=_("Changed on"), fields=(), value=lambda record: record.updated_at),
    Field(label=_("Record id"), fields=(), value=lambda record: record.pk),
)
_CHANGED = Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell")

PRODUCTS = Listing(
    model=Product,
    columns=(
        Column(name="name", label=_("Name"), sort="name", fields=()),
        Column(name="code", label=_("Code"), css="d-none d-sm-table-cell"),
        Column(name="category", label=_("Category"), css="d-none d-md-table-cell"),
        Column(name="kind", label=_("Kind")),
        Column(name="unit", label=_("Unit"), css="d-none d-sm-table-cell"),
        Column(name="owner", label=_("Owner"), css="d-none d-lg-table-cell"),
        _CHANGED,
    ),
    slot="owner",
    filterset_class=ProductFilterSet,
    tabs="kind",
    sorts=RECORD_SORTS,
    default_order="name",
    exports=(
        plain("name", _("Name")),
        plain("code", _("Code")),
        plain("category", _("Category")),
        chosen("kind", _("Kind")),
        chosen("unit", _("Unit")),
        Field(
            label=_("Still sold"), fields=("is_sold",), value=lambda product: _("yes") if product.is_sold else _("no")
        ),
        plain("description", _("Description")),
        *_OWNED,
    ),
)

PRICE_LISTS = Listing(
    model=PriceList,
    columns=(
        Column(name="name", label=_("Name"), sort="name", fields=()),
        Column(name="currency", label=_("Currency")),
        Column(name="validity", label=_("Valid"), fields=("valid_from", "valid_until")),
        Column(name="owner", label=_("Owner"), css="d-none d-lg-table-cell"),
        _CHANGED,
    ),
    slot="owner",
    filterset_class=PriceListFilterSet,
    sorts=RECORD_SORTS,
    default_order="name",
    exports=(
        plain("name", _("Name")),
        plain("currency", _("Currency")),
        plain("valid_from", _("Valid from")),
        plain("valid_until", pgettext_lazy("price list", "Valid until")),
        Field(label=_("Default"), fields=("is_default",), value=lambda one: _("yes") if one.is_default else _("no")),
        plain("position", _("Order")),
        Field(label=_("Prices"), fields=("prices", "currency"), load=_prices),
        *_OWNED,
    ),
)
