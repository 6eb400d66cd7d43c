"""Ports and passwords of the embedded services, kept from start to start in `var/embedded.json` (0600)."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crm.embedded.accounts import write_private
from crm.embedded.errors import CannotStart
from crm.embedded.ports import kept_or_free_port


def _password() -> str:
    return secrets.token_urlsafe(24)


@dataclass
class Kept:
    postgres_port: int | None = None
    postgres_password: str = field(default_factory=_password)
    superuser_password: str = field(default_factory=_password)
    redis_port: int | None = None
    redis_password: str = field(default_factory=_password)


def load_kept(var: Path) -> Kept:
    """With this start's ports already chosen and written down."""
    path = var / "embedded.json"
    kept = _read(path)
    kept.postgres_port = kept_or_free_port(kept.postgres_port)
    kept.redis_port = kept_or_free_port(kept.redis_port)
    write_private(path, json.dumps(asdict(kept), indent=1))
    return kept


def _read(path: Path) -> Kept:
    if not path.exists() and (path.parent / "postgres").exists():
        raise CannotStart(
            f"{path} is gone: it held the password of the database in {path.parent / 'postgres'}. Put the file back "
            "from a backup, or move the folder away to start afresh."
        )
    try:
        return Kept(**json.loads(path.read_text()))
    except FileNotFoundError:
        return Kept()
    except (ValueError, TypeError) as error:
        raise CannotStart(f"{path} cannot be read ({error}). Put it back from a backup.") from error


def publish_addresses(var: Path, **addresses: str) -> None:
    """Writes `var/services.json`, which the settings read; a service that is not named is not embedded."""
    write_private(var / "services.json", json.dumps(addresses, indent=1))
