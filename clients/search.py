"""Clients in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from crm.access.rights import hidden_fields
from crm.search.registry import SearchSource, register

HINT_FIELDS = ("city", "address", "tax_id")


def client_hints(clients: Sequence[Client], user: Any) -> Mapping[Any, str]:
    """The city and tax id, which tell namesakes apart."""
    hidden = hidden_fields(user, Client)
    shown = [name for name in HINT_FIELDS if name not in hidden]
    return {
        client.pk: " · ".join(str(getattr(client, name)) for name in shown if getattr(client, name))
        for client in clients
    }


register(
    SearchSource(
        model=Client,
        label=_("Clients"),
        icon="building",
        order=10,
        hints=client_hints,
        hint_fields=HINT_FIELDS,
    )
)
