"""What every page's frame needs: menu, "New" entries, theme, languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from crm.ui.menu import Link, creations_for, places_for

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class Shell:
    """The frame of a page. `theme` is "auto", "light" or "dark"; the lists are empty for anonymous readers."""

    theme: str
    languages: list[Language]
    menu: list[Link]
    new_entries: list[Link]
    path: str

    @property
    def keys(self) -> list[Link]:
        """The places that `g` and a letter lead to."""
        return [link for link in self.menu if link.entry.shortcut]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy: a fragment that draws no frame pays nothing."""
    return {"shell": SimpleLazyObject(lambda: _shell_of(request))}


def _shell_of(request: HttpRequest) -> Shell:
    # Error pages may be drawn for a request that never reached the authentication middleware.
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    theme = getattr(user, "theme", "auto") if is_known else "auto"
    return Shell(
        theme=theme if theme in THEMES else "auto",
        languages=_languages(),
        menu=places_for(user, request.path) if is_known else [],
        new_entries=creations_for(user) if is_known else [],
        path=request.get_full_path(),
    )


def _languages() -> list[Language]:
    current = get_language()
    return [
        Language(code, str(get_language_info(code)["name_local"]).capitalize(), code == current)
        for code, _name in settings.LANGUAGES
    ]
