"""When somebody's access ends: the one place that everything hooks into by which he could still come in."""

from collections.abc import Callable
from typing import Any

Ending = Callable[[Any], None]
_endings: dict[str, Ending] = {}


def register_ending(name: str, ending: Ending) -> None:
    """Called at start-up by what keeps sessions, tokens and their kin; the same name replaces."""
    _endings[name] = ending


def end_access(user: Any) -> None:
    """Take away whatever lets this person in. Call it inside the transaction that deactivates him.

    What fails is raised: nobody is deactivated by halves.
    """
    for ending in _endings.values():
        ending(user)
