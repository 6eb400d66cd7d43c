"""The folder that holds all data of a clone: its shape, its free space and its one owner at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.embedded.addresses import service_addresses
from crm.embedded.errors import CannotStart

NEEDED_BYTES = 300 * 1024 * 1024


def var_folder() -> Path:
    clone = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("PORADA_VAR") or clone / "var").absolute()


def make_folders(var: Path) -> None:
    try:
        for folder in (var, var / "run", var / "log"):
            folder.mkdir(parents=True, exist_ok=True)
        probe = var / "run" / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"{var} cannot be written ({error.strerror}). Data and logs live there: make it yours, "
            "or name another folder in PORADA_VAR."
        ) from error


def check_free_space(*folders: Path) -> None:
    for folder in folders:
        free = shutil.disk_usage(folder).free
        if free < NEEDED_BYTES:
            raise CannotStart(
                f"The disk under {folder} has {free // 2**20} MB left, and at least {NEEDED_BYTES // 2**20} MB are "
                "needed to start. Free some space first; no data was touched."
            )


@contextmanager
def only_run(var: Path) -> Iterator[None]:
    """Held by the kernel for as long as we live, so that no crash leaves it behind."""
    lock = (var / "run" / "lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            url = service_addresses(var).get("web", "a URL that it is about to print")
            raise CannotStart(f"Porada already runs over {var}, at {url}.") from error
        yield
