"""What apps above add to the demo company, without it knowing them."""

import random
from collections.abc import Callable, Sequence

from clients.models import Client

#: Called once, with the dice of the demo and its clients, the binned ones too.
Fill = Callable[[random.Random, Sequence[Client]], None]
_fills: list[Fill] = []


def register(fill: Fill) -> None:
    """Called at start-up."""
    if fill not in _fills:
        _fills.append(fill)


def fills() -> Sequence[Fill]:
    return tuple(_fills)
