"""Partial templates that a page draws many times, or that every page draws: `templates/**/_x.jinja`, by Jinja2.

Jinja compiles a template to Python: a row costs about a tenth of what Django's own templates take for it. Whole pages
stay Django templates, and call a part by the tags of `{% load parts %}` or, in Python, by `draw` and `draw_each`.

A part sees its arguments and these, nothing of the page's context:

- `_("Go to: %(place)s", place=x)`, `pgettext("button", "New")`, `ngettext("%(n)s day", "%(n)s days", n, n=n)`:
  values are escaped; without values a `%` is plain. Write the strings out in the call: makemessages reads them there.
- `url("clients:detail", pk)`, `url_or_none("search")`, `static("css/x.css")`, `asset`.
- `csrf_input(csrf_token)`: what a form that posts begins with; the page hands its `csrf_token` over.
- `icon`, `avatar`, `badge`: as the tags of `{% load ui %}`.
- `value|date("DATE_FORMAT")`: as Django's, in the reader's language and time zone. `value|intcomma`.
- `value|settled`: for labels and hints that may be lazy markup, which Jinja would take for plain text.
- `shape(field)`, `control(field, data_x="")`: as in forms of Django's templates.
- `moment(value)`: a `<time>` with date and time.

What differs from Django: everything is escaped, methods are called with `()`, a missing name is empty, and numbers and
dates are not localised by themselves. `None` prints "None": write `{{ x or "" }}`.
"""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import django.forms
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from jinja2.runtime import Context
from markupsafe import Markup, escape

from crm.ui import controls
from crm.ui.addresses import address_of, address_or_none
from crm.ui.components import asset, avatar, badge, icon, static_url

#: Django's own controls of forms as Jinja2 templates.
WIDGETS = Path(django.forms.__file__).parent / "jinja2"


class _Scope(Context):
    """Calls plain functions at once. Jinja asks of each whether it wants the context, which takes longer than most."""

    def call(self, function: Any, /, *args: Any, **values: Any) -> Any:
        if type(function) not in (FunctionType, MethodType) or hasattr(function, "jinja_pass_arg"):
            return super().call(function, *args, **values)
        values.pop("_loop_vars", None)
        values.pop("_block_vars", None)
        return function(*args, **values)


def draw(template_name: str, /, **arguments: Any) -> SafeString:
    """The part as markup."""
    return SafeString(_environment().get_template(template_name).render(arguments))


def draw_each(template_name: str, rows: Iterable[Any], /, **arguments: Any) -> SafeString:
    """The part for each of `rows`, which it knows as `row`."""
    template = _environment().get_template(template_name)
    return SafeString("".join([template.render(arguments, row=row) for row in rows]))


def make_environment(*folders: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=ChainableUndefined,
        auto_reload=settings.DEBUG,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.context_class = _Scope
    environment.globals.update(
        _=_gettext,
        gettext=_gettext,
        pgettext=_pgettext,
        ngettext=_ngettext,
        npgettext=_npgettext,
        url=address_of,
        url_or_none=address_or_none,
        static=static_url,
        asset=asset,
        csrf_input=csrf_input,
        icon=icon,
        avatar=avatar,
        badge=badge,
        moment=moment,
        control=controls.draw,
        shape=lambda field: controls.shape_of(field.field.widget),
    )
    environment.filters.update(date=shown_date, intcomma=intcomma, settled=conditional_escape)
    return environment


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return make_environment(settings.BASE_DIR / "templates", WIDGETS)


def csrf_input(token: Any) -> Markup:
    """What `{% csrf_token %}` draws. `token`: the page's `csrf_token`, given to the part."""
    return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(token)


def shown_date(value: date | None, form: str = "DATE_FORMAT") -> str:
    """A date or moment in a format of Django's settings or letters; nothing for None."""
    if not value:
        return ""
    if isinstance(value, datetime) and is_aware(value):
        value = localtime(value)
    return _formatted(value, getattr(value, "tzinfo", None), form, translation.get_language())


# A format is taken apart letter by letter, and the same few days stand all over a list. The zone is asked for because
# the same moment is equal to itself in all of them.
@lru_cache(maxsize=5_000)
def _formatted(value: date, zone: tzinfo | None, form: str, language: str | None) -> str:
    return str(date_format(value, form))


def moment(value: datetime | None) -> Markup:
    """A moment in the reader's time zone, exact for machines."""
    if value is None:
        return Markup("")
    exact = escape(shown_date(value, "c"))
    return Markup(f'<time datetime="{exact}">{escape(shown_date(value, "DATETIME_FORMAT"))}</time>')  # noqa: S704


# As in Django's templates, what the catalogues say is trusted; what is set into it is escaped by Markup.
@lru_cache(maxsize=10_000)
def _words(language: str | None, message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704


def _gettext(message: str, **values: Any) -> Markup:
    words = _words(translation.get_language(), message)
    return words % values if values else words


def _filled(text: str, values: dict[str, Any]) -> Markup:
    words = Markup(text)  # noqa: S704
    return words % values if values else words


def _pgettext(context: str, message: str, **values: Any) -> Markup:
    return _filled(translation.pgettext(context, message), values)


def _ngettext(singular: str, plural: str, number: int, **values: Any) -> Markup:
    return _filled(translation.ngettext(singular, plural, number), values)


def _npgettext(context: str, singular: str, plural: str, number: int, **values: Any) -> Markup:
    return _filled(translation.npgettext(context, singular, plural, number), values)


#: The names whose calls makemessages looks for.
GETTEXT_FUNCTIONS: tuple[str, ...] = ("_", "gettext", "pgettext", "ngettext", "npgettext")
