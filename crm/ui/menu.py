"""What the navigation and the "New" menu offer. Each app registers its entries in its own `menu.py`.

register(MenuEntry(key="clients", label=_("Clients"), url_name="clients:list", icon="building", order=10,
                   shortcut="c", is_shown=may_view_clients))
register(NewEntry(key="client", label=_("Client"), url_name="clients:add", icon="building", order=10))
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from crm.ui.addresses import address_or_none


def _everyone(user: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a menu. `is_shown(user)` must not ask the database more than the cached grants of the user do."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    order: int = 100
    is_shown: Callable[[Any], bool] = _everyone
    #: A single letter: pressed after `g` for a menu entry, alone for one of the "New" menu, whose first one `n` opens.
    shortcut: str = ""


@dataclass(frozen=True, kw_only=True)
class MenuEntry(Entry):
    """A place in the navigation. Entries with the same `group` stand together under its heading."""

    group: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class NewEntry(Entry):
    """Something that the "New" menu creates. The start page says it in full: "Add a client", and a hint under it."""

    title: str | Promise = ""
    hint: str | Promise = ""


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it: where it leads, and whether the reader is there now."""

    entry: Entry
    url: str
    is_current: bool


_places: dict[str, MenuEntry] = {}
_creations: dict[str, NewEntry] = {}


def register(entry: MenuEntry | NewEntry) -> None:
    """Add an entry; one with the same key replaces it."""
    if isinstance(entry, NewEntry):
        _creations[entry.key] = entry
        return
    _places[entry.key] = entry


def places_for(user: Any, path: str = "") -> list[Link]:
    """The navigation of this user, in order; the deepest entry above `path` is the current one."""
    links = _links(_places.values(), user)
    current = max((url for _entry, url in links if _is_under(path, url)), key=len, default=None)
    return [Link(entry, url, url == current) for entry, url in links]


def creations_for(user: Any) -> list[Link]:
    """What this user may create, in order."""
    return [Link(entry, url, False) for entry, url in _links(_creations.values(), user)]


def _links(entries: Iterable[Entry], user: Any) -> list[tuple[Entry, str]]:
    ordered = sorted(entries, key=lambda entry: (entry.order, entry.key))
    # An entry of an app whose pages are not mounted leads nowhere: leave it out rather than fail every page.
    return [(entry, url) for entry in ordered if entry.is_shown(user) and (url := address_or_none(entry.url_name))]


def _is_under(path: str, url: str) -> bool:
    if url == "/":
        return path == "/"
    return path == url or path.startswith(url.rstrip("/") + "/")
