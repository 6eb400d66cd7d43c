"""Finding and ending processes that an earlier run left behind."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

# Every process of a stack inherits this variable; its value is the stack's var folder.
MARKER = "PORADA_STACK"


def processes_inside(folder: Path) -> list[psutil.Process]:
    """Processes whose working directory is the folder or below it: a database server and its children."""
    return [process for process in psutil.process_iter() if _works_inside(process, folder)]


def processes_of_stack(var: Path) -> list[psutil.Process]:
    """All that `bin/run` started over this var folder, except ourselves and our own parents."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in ours and _is_marked(process, var)]


def end(processes: Iterable[psutil.Process], *, patience: float) -> None:
    """Waits `patience` seconds for them to go by themselves, then asks, then kills."""
    _, alive = psutil.wait_procs(list(processes), timeout=patience)
    for process in alive:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(alive, timeout=5)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=5)


def kill_inside(folder: Path) -> None:
    """Kills at once what still works in a data folder whose server is dead, so that a new server may start."""
    orphans = processes_inside(folder)
    for process in orphans:
        _quietly(process.kill)
    psutil.wait_procs(orphans, timeout=5)


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return


def _works_inside(process: psutil.Process, folder: Path) -> bool:
    try:
        working_in: str = process.cwd()
        return Path(working_in).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False


def _is_marked(process: psutil.Process, var: Path) -> bool:
    try:
        return bool(process.environ().get(MARKER) == str(var))
    except (psutil.Error, OSError):
        return False
