"""What the launcher, the supervisor and the tests need to know of a process of the stack."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from crm.embedded.accounts import Account
from crm.embedded.processes import MARKER

CLONE = Path(__file__).resolve().parents[2]
LAUNCHER = Path(__file__).with_name("launch.py").resolve()


@dataclass(frozen=True)
class Service:
    """`stop_signal` is a signal's name without SIG, sent to stop in order and when the supervisor is killed."""

    name: str
    command: list[str]
    stop_signal: str = "TERM"
    patience: int = 15
    account: Account | None = None
    data: Path | None = None

    def launch_command(self, var: Path) -> list[str]:
        options = ["--pid-file", str(pid_file(var, self.name)), "--death-signal", self.stop_signal]
        if self.data:
            options += ["--data", str(self.data)]
        if self.account:
            options += ["--as", f"{self.account.uid}:{self.account.gid}"]
        return [sys.executable, "-P", str(LAUNCHER), *options, "--", *self.command]


def pid_file(var: Path, name: str) -> Path:
    return var / "run" / f"{name}.pid"


def log_file(var: Path, name: str) -> Path:
    return var / "log" / f"{name}.log"


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, for a message; empty when there is none."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-count:])


def stack_environment(var: Path) -> dict[str, str]:
    # Celery warns of root at each start; in a clone below a root-only folder there is nobody else to be.
    quiet = os.environ.get("PYTHONWARNINGS", "ignore::UserWarning:celery.platforms")
    own = {"PORADA_VAR": str(var), MARKER: str(var), "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": quiet}
    return {**os.environ, **own}
