"""Which account a service runs as, and a data folder which that account can reach."""

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crm.embedded.errors import CannotStart

ELSEWHERE = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def setpriv_options(self) -> list[str]:
        return ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]


def service_account(*preferred: str) -> Account | None:
    """The account for a service; None when we are not root, and the service runs as ourselves.

    PostgreSQL refuses to run as root, and no service needs to.
    """
    if os.geteuid() != 0:
        return None
    for name in (*preferred, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise CannotStart("No unprivileged account was found for the services: install the package postgresql.")


def as_account(account: Account | None, command: list[str]) -> list[str]:
    if account is None:
        return command
    return ["setpriv", *account.setpriv_options(), "--", *command]


def can_enter(folder: Path, account: Account | None) -> bool:
    """Asked of the kernel as that account: parents, groups and access lists all count."""
    return subprocess.run(as_account(account, ["test", "-x", str(folder)]), check=False).returncode == 0


def service_folder(var: Path, name: str, account: Account | None) -> Path:
    """The data folder `var/NAME`, made when missing: owned by the account and closed to others.

    Where a folder above is closed to the account, `var/NAME` becomes a link to a folder under /var/lib.
    """
    kept = var / name
    if kept.is_symlink() and not kept.exists():
        raise CannotStart(f"{kept} points to {kept.readlink()}, which is gone. Bring it back, or remove the link.")
    if kept.exists():
        # Resolved first: the account need not pass through the folders that hold the link.
        _require_entry(kept.resolve(), account)
        return kept.resolve()
    if account is None or can_enter(var, account):
        kept.mkdir(mode=0o700)
        _hand_over(kept, account)
        return kept.resolve()
    clone = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:10]
    elsewhere = Path(tempfile.mkdtemp(prefix=f"porada-{clone}-{name}-", dir=ELSEWHERE))
    _hand_over(elsewhere, account)
    kept.symlink_to(elsewhere)
    return elsewhere


def _hand_over(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _require_entry(folder: Path, account: Account | None) -> None:
    if can_enter(folder, account):
        return
    who = account.name if account else pwd.getpwuid(os.geteuid()).pw_name
    raise CannotStart(
        f"The account {who} may not enter {folder}. Start as the user who started first, or open the folders above "
        "to that account (chmod o+x)."
    )


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Replaces the file as a whole, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    _hand_over(Path(name), account)
    os.replace(name, path)
