"""Facts of a record on its card: `{% load records %}`. Context of the page: `sees` and `permissions`.

A field out of the reader's sight draws nothing; one that he may write has a pencil, which swaps the value for its
control (see crm.pages.inline) and, without scripts, leads to the field on the edit page.
"""

from typing import Any

from django import template
from django.db import models
from django.template import Context
from django.template.defaultfilters import linebreaks_filter
from django.urls import NoReverseMatch
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from crm.pages.shown import shown_value
from crm.ui.addresses import address_of
from crm.ui.components import badge
from crm.ui.parts import draw

register = template.Library()


@register.simple_tag(takes_context=True)
def recordfact(context: Context, record: Any, name: str, url: str = "", **options: str) -> SafeString:
    """A line of `<dl class="ui-facts">`: tags as badges, long texts as paragraphs, with a link when `url` is given.

    Options: `label` instead of the field's own name, `icon`.
    """
    return _drawn("ui/fact.jinja", context, record, name, value=_value(record, name), url=url, **options)


@register.simple_block_tag(takes_context=True, end_name="endrecordblock")
def recordblock(context: Context, content: str, record: Any, name: str, **options: str) -> SafeString:
    """The same with markup for the value."""
    return _drawn("ui/fact.jinja", context, record, name, value=SafeString(content.strip()), **options)


@register.simple_block_tag(takes_context=True, end_name="endrecordmark")
def recordmark(context: Context, content: str, record: Any, name: str) -> SafeString:
    """A field that stands alone, in the head of the card."""
    return _drawn("ui/mark.jinja", context, record, name, value=SafeString(content.strip()))


@register.simple_tag
def recordurl(record: Any, page: str, anchor: str = "") -> str:
    """The address of one of a record's pages, and a place on it: `{% recordurl client "edit" "phones" as url %}`."""
    return f"{record.url(page)}#{anchor}" if anchor else str(record.url(page))


def _drawn(template_name: str, context: Context, record: Any, name: str, **options: Any) -> SafeString:
    if not context["sees"][name]:
        return SafeString("")
    field = record._meta.get_field(name)
    drawn = {
        "name": name,
        "label": capfirst(str(field.verbose_name)),
        "is_wide": isinstance(field, models.TextField),
        "icon_name": options.pop("icon", ""),
        **options,
    }
    if context["permissions"].may_edit[name]:
        drawn |= _edit_urls(record, name)
    return draw(template_name, **drawn)


def _edit_urls(record: Any, name: str) -> dict[str, str]:
    try:
        field_url = address_of(f"{record.namespace()}:field", record.pk, name)
    except NoReverseMatch:
        # A record type whose cards are not edited in place.
        return {}
    return {"edit_url": f"{record.url('edit')}#id_{name}", "field_url": field_url}


def _value(record: Any, name: str) -> Any:
    value = getattr(record, name)
    if isinstance(value, list):
        return format_html_join(" ", "{}", ((badge(item, "blue"),) for item in value))
    if isinstance(record._meta.get_field(name), models.TextField):
        return linebreaks_filter(value) if value else ""
    return shown_value(record, name)
