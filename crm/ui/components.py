"""Small pieces of markup that every page has: icons, avatars, badges. Escaped, without inline script or style.

Django's templates call them by `{% load ui %}`, parts by their names.
"""

from functools import lru_cache
from typing import Any
from zlib import crc32

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

#: How many avatar colours `static/css/kit.css` has.
AVATAR_COLOURS = 8
#: Pixels, as `static/css/kit.css` has them: a picture that has not come yet must not move the page.
AVATAR_PIXELS = {"xs": 20, "sm": 28, "md": 36, "lg": 44, "xl": 56}


def static_url(path: str) -> str:
    """As `{% static %}`, which looks through the installed apps each time."""
    return str(staticfiles_storage.url(path))


def asset(path: str) -> str:
    """The URL of a static file. Unlike `static`, a broken manifest does not break the error page that shows it."""
    try:
        return static_url(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """An icon of `static/icons/sprite.svg`. Without `label` it is decoration; `size` is "", "sm" or "lg"."""
    return _icon(f"{static_url('icons/sprite.svg')}#{name}", label, size)


# Pages are full of the same few icons and initials: drawing them again took an eighth of a list.
@lru_cache(maxsize=1_000, typed=True)
def _icon(href: str, label: str, size: str) -> SafeString:
    classes = f"icon ui-icon-{size}" if size else "icon"
    if not label:
        return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href)
    return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, href)


def avatar(who: Any, size: str = "sm", picture: bool = True) -> SafeString:
    """The picture of a user or record, when it has a `picture_url`; else the initials of a user, a record or a name.

    Initials stand on a colour that stays the same for the same name. Decoration: write the name beside it. `size` is
    "xs", "sm", "md", "lg" or "xl"; `picture=False` for a reader who must not see it. A subject with a true
    `has_logo` is shown whole instead of filling the frame.
    """
    url = str(getattr(who, "picture_url", "") or "") if picture else ""
    if url:
        return _picture(url, size, is_logo=bool(getattr(who, "has_logo", False)))
    return _initials(_name_of(who), size)


@lru_cache(maxsize=10_000)
def _initials(name: str, size: str) -> SafeString:
    return format_html(
        '<span class="avatar avatar-{} ui-avatar-{}" aria-hidden="true">{}</span>',
        size,
        crc32(name.encode()) % AVATAR_COLOURS,
        initials(name),
    )


def _picture(url: str, size: str, *, is_logo: bool) -> SafeString:
    return format_html(
        '<img class="avatar avatar-{} ui-picture{}" src="{}" width="{side}" height="{side}"'
        ' alt="" loading="lazy" decoding="async">',
        size,
        " is-logo" if is_logo else "",
        url,
        side=AVATAR_PIXELS[size],
    )


def initials(name: str) -> str:
    """At most two letters: "Olena Koval" is OK, "Acme" is AC, nothing is "?"."""
    words = ["".join(letter for letter in word if letter.isalnum()) for word in name.split()]
    words = [word for word in words if word]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def _name_of(who: Any) -> str:
    full_name = getattr(who, "get_full_name", None)
    if full_name is None:
        return str(who or "")
    return str(full_name() or who.get_username())


def badge(label: Any, tint: str = "grey", dot: bool = False) -> SafeString:
    """A quiet label. `tint`: grey, blue, green, amber, red, violet or teal; `dot` sets a coloured dot before it."""
    if label in (None, ""):
        return SafeString("")
    return _badge(conditional_escape(label), tint, dot)


@lru_cache(maxsize=5_000)
def _badge(markup: SafeString, tint: str, dot: bool) -> SafeString:
    mark = SafeString('<span class="ui-dot"></span>') if dot else ""
    return format_html('<span class="badge ui-badge ui-tint-{}">{}{}</span>', tint, mark, SafeString(markup))
