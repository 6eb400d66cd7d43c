"""What every page's frame needs: menu, "New" entries, theme, languages."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi, get_language_info

from crm.ui.menu import Link, creations_for, places_for

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    is_current: bool


class Shell:
    """The frame of a page. What a page does not draw is not asked for, so that a fragment pays nothing.

    Anonymous readers have no menu and no new entries.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        # Error pages may be drawn for a request that never reached the authentication middleware.
        self._user: Any = getattr(request, "user", None)

    @cached_property
    def theme(self) -> str:
        """ "auto", "light" or "dark"."""
        theme = getattr(self._user, "theme", "auto") if self._is_known else "auto"
        return theme if theme in THEMES else "auto"

    @cached_property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return "rtl" if get_language_bidi() else "ltr"

    @cached_property
    def languages(self) -> list[Language]:
        return [Language(code, _own_name(code), code == self.language) for code, _name in settings.LANGUAGES]

    @cached_property
    def menu(self) -> list[Link]:
        return places_for(self._user, self._request.path) if self._is_known else []

    @property
    def menu_groups(self) -> list[tuple[str, list[Link]]]:
        """The navigation under its headings; what stands alone has the heading ""."""
        grouped = groupby(self.menu, key=lambda link: getattr(link.entry, "group", ""))
        return [(str(name), list(links)) for name, links in grouped]

    @property
    def keys(self) -> list[Link]:
        """The places that `g` and a letter lead to."""
        return [link for link in self.menu if link.entry.shortcut]

    @cached_property
    def new_entries(self) -> list[Link]:
        return creations_for(self._user) if self._is_known else []

    @property
    def path(self) -> str:
        """The address of the page with its query."""
        return self._request.get_full_path()

    @cached_property
    def _is_known(self) -> bool:
        return self._user is not None and self._user.is_authenticated


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor."""
    return {"shell": Shell(request)}


@lru_cache
def _own_name(code: str) -> str:
    return str(get_language_info(code)["name_local"]).capitalize()
