"""Reads of clients over several rows."""

from typing import Any

from clients.models import Client

_SHOWN_BRANCHES = 25


def branches_of(client: Client, *, reader: Any) -> list[Client]:
    """The clients under this one that the reader sees, by name; the first 25."""
    return list(Client.objects.visible_to(reader).filter(parent=client).order_by("name", "id")[:_SHOWN_BRANCHES])
