"""What `bin/run` says in the terminal."""

import json
import sys
from pathlib import Path
from typing import Any


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def announce(var: Path, url: str) -> None:
    say(f"\nPorada runs at {url}\n")
    for line in sign_in_lines(var):
        say(line)
    say(f"\nLogs are in {var / 'log'}. Ctrl-C stops it and keeps the data.")


def sign_in_lines(var: Path) -> list[str]:
    """The demo's people, a line each; none where no demo was made."""
    try:
        demo = json.loads((var / "demo.json").read_text())
    except (OSError, ValueError):
        return []
    people = demo.get("users", {}).values()
    width = max((len(_text(person, "username")) for person in people), default=0)
    return [f"  {_text(person, 'username'):{width}}  {_text(person, 'password')}" for person in people]


def _text(person: dict[str, Any], name: str) -> str:
    return str(person.get(name, ""))
