"""Every write to clients."""

from collections.abc import Sequence
from typing import Any

from clients.models import Client, ClientEmail, ClientPhone
from crm.access import writing
from crm.phones.parsing import parse_phone


def create_client(
    client: Client,
    *,
    actor: Any,
    phones: Sequence[ClientPhone] = (),
    emails: Sequence[ClientEmail] = (),
) -> Client:
    """Store a new client with its phones and e-mails. Raises PermissionDenied, LeavesScope."""
    understand_phones(phones, region=str(client.country))
    client.refresh_match_key()
    return writing.create_record(client, actor=actor, parts={"phones": phones, "emails": emails})


def save_client(
    client: Client,
    *,
    actor: Any,
    phones: Sequence[ClientPhone] | None = None,
    emails: Sequence[ClientEmail] | None = None,
    reason: str = "",
) -> Client:
    """Store a changed client; None leaves its phones or e-mails as they are.

    Raises StaleVersion, PermissionDenied, LeavesScope.
    """
    given = {"phones": phones, "emails": emails}
    if phones is not None:
        understand_phones(phones, region=str(client.country))
    client.refresh_match_key()
    parts = {name: rows for name, rows in given.items() if rows is not None}
    return writing.change_record(client, actor=actor, parts=parts, reason=reason)


def understand_phones(phones: Sequence[Any], *, region: str) -> None:
    """Fill in the normalised form of typed numbers; those that cannot be understood are kept as typed."""
    for phone in phones:
        parsed = parse_phone(phone.typed, region=region)
        phone.e164, phone.extension = parsed.e164, parsed.extension
