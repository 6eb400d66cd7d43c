"""Finding and ending processes that an earlier run left behind."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from crm.embedded.launch import processes_inside

# Every process of a stack inherits this variable; its value is the stack's var folder.
MARKER = "PORADA_STACK"


def processes_of_stack(var: Path) -> list[psutil.Process]:
    """All that `bin/run` started over this var folder, except ourselves and our own parents."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = [process for process in psutil.process_iter() if process.pid not in ours and _is_marked(process, var)]
    # A database server writes its title over its environment, and is known by where it works.
    for data in (var / "postgres", var / "redis"):
        if data.exists():
            found += processes_inside(data.resolve())
    return found


def end(processes: Iterable[psutil.Process], *, patience: float) -> None:
    """Waits `patience` seconds for them to go by themselves, then asks, then kills."""
    _, alive = psutil.wait_procs(list(processes), timeout=patience)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(alive, timeout=5)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def _is_marked(process: psutil.Process, var: Path) -> bool:
    try:
        return bool(process.environ().get(MARKER) == str(var))
    except (psutil.Error, OSError):
        return False
