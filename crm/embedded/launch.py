"""Starts a service in the place of this process, so that its pid is exactly the one in the pid file.

`python launch.py --pid-file FILE --death-signal KILL [--data FOLDER] [--as UID:GID] -- COMMAND…`: run as a file and
importing nothing of the product, because a service that died has to answer again within seconds.
"""

import argparse
import os
from contextlib import suppress
from pathlib import Path

import psutil


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pid-file", type=Path, required=True)
    parser.add_argument("--death-signal", required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--as", dest="account")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.data:
        _clear_way(options.data)
    _write_pid(options.pid_file)
    # setpriv asks for the death signal last: the change of account would clear it.
    setpriv = ["setpriv", "--pdeathsig", options.death_signal, *_account_options(options.account)]
    os.execvp("setpriv", [*setpriv, "--", *options.command])  # noqa: S606 no shell is wanted


def _account_options(account: str | None) -> list[str]:
    if account is None:
        return []
    uid, gid = account.split(":")
    return ["--reuid", uid, "--regid", gid, "--clear-groups"]


def processes_inside(folder: Path) -> list[psutil.Process]:
    """Processes whose working directory is the folder or below it: a database server and its children."""
    return [process for process in psutil.process_iter() if _works_inside(process, folder)]


def _works_inside(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False


def _clear_way(data: Path) -> None:
    """Backends of a killed postmaster keep its shared memory, and its pid file may name a stranger by now."""
    orphans = processes_inside(data)
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(orphans, timeout=5)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _write_pid(pid_file: Path) -> None:
    fresh = pid_file.with_suffix(f".{os.getpid()}")
    fresh.write_text(f"{os.getpid()}\n")
    fresh.replace(pid_file)


if __name__ == "__main__":
    main()
