"""Every write to clients."""

from collections.abc import Mapping, Sequence
from typing import Any

from clients.models import Client
from crm.access import writing
from crm.phones.parsing import parse_phone

Parts = Mapping[str, Sequence[Any]]


def create_client(client: Client, *, actor: Any, parts: Parts | None = None) -> Client:
    """Store a new client with its phones and e-mails. Raises PermissionDenied, LeavesScope."""
    _prepare(client, parts)
    return writing.create_record(client, actor=actor, parts=parts)


def save_client(client: Client, *, actor: Any, parts: Parts | None = None, reason: str = "") -> Client:
    """Store a changed client; parts that are not given stay. Raises StaleVersion, PermissionDenied, LeavesScope."""
    _prepare(client, parts)
    return writing.change_record(client, actor=actor, parts=parts, reason=reason)


def _prepare(client: Client, parts: Parts | None) -> None:
    client.refresh_match_key()
    understand_phones((parts or {}).get("phones", ()), region=str(client.country))
    settle_primary((parts or {}).get("phones", ()))
    settle_primary((parts or {}).get("emails", ()))


def understand_phones(phones: Sequence[Any], *, region: str) -> None:
    """Fill in the normalised form of typed numbers; those that cannot be understood are kept as typed."""
    for phone in phones:
        # An import knew the area code that a local number was written without: what nobody retyped stays understood.
        if phone.pk and phone.e164 and type(phone).objects.filter(pk=phone.pk, typed=phone.typed).exists():
            continue
        parsed = parse_phone(phone.typed, region=region)
        phone.e164, phone.extension = parsed.e164, parsed.extension


def settle_primary(rows: Sequence[Any]) -> None:
    """Exactly one primary row where there is any: the first that is marked, else the first."""
    chosen = next((row for row in rows if row.is_primary), rows[0] if rows else None)
    for row in rows:
        row.is_primary = row is chosen
