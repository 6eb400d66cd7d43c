"""A PostgreSQL and a Redis for the length of one command: the tests and the benchmarks run so, beside `bin/run`."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from crm.embedded.backing import plan_backing, running
from crm.embedded.kept import publish_addresses
from crm.embedded.service import CLONE, stack_environment
from crm.embedded.var_folder import check_free_space, make_folders


class Interrupted(BaseException):
    """SIGTERM while the command runs: unwinds, so that the services stop and their data goes."""


def run_with_services(command: list[str], *, var: Path | None) -> int:
    """The command's exit code. It finds the services through PORADA_VAR, as the product does."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _folder(var) as folder, _services(folder):
            return subprocess.run(command, cwd=CLONE, env=stack_environment(folder), check=False).returncode
    except (Interrupted, KeyboardInterrupt):
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


@contextmanager
def _services(var: Path) -> Iterator[None]:
    make_folders(var)
    check_free_space(var)
    backing = plan_backing(var, disposable=True)
    publish_addresses(var, **backing.addresses)
    with running(backing, var):
        yield


@contextmanager
def _folder(var: Path | None) -> Iterator[Path]:
    if var is not None:
        yield var.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="porada-"))
    # The services run under accounts of their own and have to pass through.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        drop(folder)


def drop(var: Path) -> None:
    """Removes a var folder, with the data folders elsewhere that it points to."""
    for name in ("postgres", "redis"):
        if (var / name).is_symlink():
            shutil.rmtree((var / name).resolve(), ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)
