"""Contacts for tests, stored through the service as any other."""

from typing import Any

from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment
from contacts.services import create_contact
from teams.models import User
from teams.selectors import home_team_of


def make_contact(
    owner: User,
    last_name: str = "Kovalenko",
    *,
    at: Client | None = None,
    phones: tuple[str, ...] = (),
    emails: tuple[str, ...] = (),
    **fields: Any,
) -> Contact:
    """A contact of this owner and his home team, employed `at` a client when one is given."""
    fields.setdefault("team", home_team_of(owner))
    parts = {
        "phones": [ContactPhone(typed=typed) for typed in phones],
        "emails": [ContactEmail(address=address) for address in emails],
        "employments": [Employment(client=at, job_title="Director")] if at else [],
    }
    return create_contact(Contact(last_name=last_name, owner=owner, **fields), actor=owner, parts=parts)
