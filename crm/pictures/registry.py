"""Whose pictures there are, and who may see them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from crm.access.registry import record_model_of

# (reader, primary key) → the subject, when the reader may see its picture.
Opener = Callable[[Any, str], Any | None]
_openers: dict[str, Opener] = {}


def register(kind: str, opener: Opener) -> None:
    """Called at start-up for what is not a record; `kind` is a model label such as "teams.user"."""
    _openers[kind] = opener


def subject_of(kind: str, key: str, reader: Any) -> Any | None:
    """What the picture belongs to; None when the reader may not see it, or there is no such thing."""
    if kind in _openers:
        return _openers[kind](reader, key)
    model = record_model_of(kind)
    if model is None:
        return None
    with suppress(ValueError):
        return model.objects.visible_to(reader).filter(pk=UUID(key)).first()
    return None
