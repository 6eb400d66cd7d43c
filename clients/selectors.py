"""Reads of clients over several rows."""

from typing import Any

from clients.models import Client

_SHOWN_BRANCHES = 25


def branches_of(client: Client, *, reader: Any) -> list[Client]:
    """The clients under this one that the reader sees, by name; the first 25."""
    return list(Client.objects.visible_to(reader).filter(parent=client).order_by("name", "id")[:_SHOWN_BRANCHES])


def parent_of(client: Client, *, reader: Any) -> Client | None:
    """The client above this one, when there is one that the reader sees."""
    if client.parent_id is None:
        return None
    above: Client | None = Client.objects.visible_to(reader).filter(pk=client.parent_id).first()
    return above
