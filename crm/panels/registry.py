"""Panels that an app shows on the page of another app's records, without that app knowing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.functional import Promise


def _always(record: Any, user: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel on the pages of `model`, a record type, a team or a person; lower `order` stands first.

    `is_aside`: it stands in the narrow column, where the page has one.

    `template` is one of Django, or a part of crm.ui.parts (`.jinja`), which is drawn at a tenth of the price.
    `context(record, user)` gives what the template needs, read with the rights of that user, at no more than four
    queries however many rows there are; `is_shown(record, user)` asks the database nothing beyond his rights.
    """

    key: str
    title: str | Promise
    model: type[Model]
    template: str
    context: Callable[[Any, Any], Mapping[str, Any]]
    order: int = 100
    is_aside: bool = False
    is_shown: Callable[[Any, Any], bool] = _always


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Called by an app's `panels.py`. Raises ImproperlyConfigured when two panels take the same key."""
    if _panels.setdefault(panel.key, panel) != panel:
        raise ImproperlyConfigured(f"Two panels are called “{panel.key}”.")


def unregister(key: str) -> None:
    _panels.pop(key, None)


def panels_for(record: Model, user: Any) -> list[Panel]:
    """The panels of this record for this reader, in order."""
    of_type = [panel for panel in _panels.values() if isinstance(record, panel.model) and panel.is_shown(record, user)]
    return sorted(of_type, key=lambda panel: (panel.order, panel.key))
