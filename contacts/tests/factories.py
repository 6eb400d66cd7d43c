"""Contacts for tests, stored through the service as any other."""

from collections.abc import Sequence
from typing import Any

from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, Interaction
from contacts.services import Conversation, create_contact, log_interaction
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


def log(
    author: User, text: str = "Talked", *, with_: Sequence[Contact] = (), about: Sequence[Any] = (), **fields: Any
) -> Interaction:
    """An interaction of this author with these people, about these records."""
    return log_interaction(Interaction(text=text, **fields), Conversation(with_, about), actor=author)
