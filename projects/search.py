"""Deals in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.search.registry import SearchSource, register
from projects.models import Deal
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
