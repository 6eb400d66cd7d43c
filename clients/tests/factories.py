"""Clients for tests, stored through the service as any other."""

from typing import Any

from clients.models import Client, ClientEmail, ClientPhone
from clients.services import create_client
from teams.models import User
from teams.selectors import home_team_of


def make_client(
    owner: User, name: str = "Acme", *, phones: tuple[str, ...] = (), emails: tuple[str, ...] = (), **fields: Any
) -> Client:
    """A client of this owner and his home team, written by himself."""
    fields.setdefault("team", home_team_of(owner))
    parts = {
        "phones": [ClientPhone(typed=typed) for typed in phones],
        "emails": [ClientEmail(address=address) for address in emails],
    }
    return create_client(Client(name=name, owner=owner, **fields), actor=owner, parts=parts)
