"""Deals, projects, products and price lists in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from crm.access.rights import hidden_fields
from crm.search.registry import SearchSource, register
from projects.models import Deal, PriceList, Product, Project
from projects.selectors import clients_of


def deal_hints(deals: Sequence[Deal], user: Any) -> Mapping[UUID, str]:
    """The client, as far as the reader may see it."""
    return {} if "client" in hidden_fields(user, Deal) else clients_of([deal.pk for deal in deals], user)


def project_hints(projects: Sequence[Project], user: Any) -> Mapping[UUID, str]:
    """The code, and the client as far as the reader may see it."""
    hidden = hidden_fields(user, Project)
    rows = Project.objects.filter(pk__in=[project.pk for project in projects])
    codes = {} if "code" in hidden else dict(rows.values_list("pk", "code"))
    names: dict[UUID, str] = {}
    if "client" not in hidden:
        names = dict(rows.filter(client__in=Client.objects.visible_to(user)).values_list("pk", "client__name"))
    hints = {key: [codes.get(key), names.get(key)] for key in {*codes, *names}}
    return {key: " · ".join(each for each in hint if each) for key, hint in hints.items()}


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


register(
    SearchSource(
        model=Product, label=_("Products"), icon="package", order=40, hints=product_hints, hint_fields=("code",)
    )
)
register(
    SearchSource(
        model=PriceList,
        label=_("Price lists"),
        icon="tag",
        order=45,
        hints=price_list_hints,
        hint_fields=("currency",),
    )
)
register(
    SearchSource(
        model=Project,
        label=_("Projects"),
        icon="briefcase",
        order=35,
        hints=project_hints,
    )
)
