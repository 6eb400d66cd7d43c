"""Deals, products and price lists in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.search.registry import SearchSource, register
from projects.models import Deal, PriceList, Product
from projects.selectors import clients_of


def deal_hints(deals: Sequence[Deal], user: Any) -> Mapping[UUID, str]:
    """The client, as far as the reader may see it."""
    return {} if "client" in hidden_fields(user, Deal) else clients_of([deal.pk for deal in deals], user)


register(
    SearchSource(
        model=Deal,
        label=_("Deals"),
        icon="businessplan",
        order=30,
        hints=deal_hints,
    )
)


def product_hints(products: Sequence[Product], user: Any) -> Mapping[UUID, str]:
    """The code, as far as the reader may see it."""
    return {} if "code" in hidden_fields(user, Product) else {product.pk: product.code for product in products}


def price_list_hints(lists: Sequence[PriceList], user: Any) -> Mapping[UUID, str]:
    return {} if "currency" in hidden_fields(user, PriceList) else {one.pk: one.currency for one in lists}


register(SearchSource(model=Product, label=_("Products"), icon="package", order=40, hints=product_hints))
register(SearchSource(model=PriceList, label=_("Price lists"), icon="tag", order=45, hints=price_list_hints))
