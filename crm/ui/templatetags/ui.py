"""Components: `{% load ui %}`. Each draws escaped HTML without inline script or style."""

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.formats import localize
from django.utils.safestring import SafeString

from crm.ui import components
from crm.ui.controls import draw as draw_control
from crm.ui.controls import shape_of
from crm.ui.parts import draw

register = template.Library()

asset = register.simple_tag(components.asset)
icon = register.simple_tag(components.icon)
avatar = register.simple_tag(components.avatar)
badge = register.simple_tag(components.badge)


@register.simple_tag
def control(field: BoundField, **attrs: str) -> str:
    """A form field's control alone, styled; further arguments become attributes (`class_`, `placeholder`, `data_x`)."""
    return draw_control(field, **attrs)


@register.filter
def shape(field: BoundField) -> str:
    """ "line", "check" or "choices": how a field's label stands to its control."""
    return shape_of(field.field.widget)


@register.simple_tag
def fact(label: Any, value: Any = "", url: str = "", icon: str = "") -> SafeString:
    """A line of a definition list, inside `<dl class="ui-facts">`; an empty value is a quiet dash."""
    return _fact(label, "" if value is None else value, icon, url)


@register.simple_block_tag(end_name="endfactblock")
def factblock(content: str, label: Any, icon: str = "") -> SafeString:
    """The same with markup for the value: `{% factblock "Phones" %}…{% endfactblock %}`."""
    return _fact(label, SafeString(content.strip()), icon)


def _fact(label: Any, value: Any, icon_name: str, url: str = "") -> SafeString:
    return draw("ui/fact.jinja", label=label, value=localize(value), icon_name=icon_name, url=url)


@register.simple_block_tag(end_name="endpanel")
def panel(content: str, title: Any, **options: Any) -> SafeString:
    """A card: `{% panel "People" count=3 icon="users" action_url=url action_label=label %}…{% endpanel %}`.

    Options: `count`, `icon`, `action_url`, `action_label`, `action_icon`, `id`, and `flush=True` when the body is a
    table or list that reaches the edges.
    """
    return draw("ui/panel.jinja", title=title, content=content, icon_name=options.pop("icon", ""), **options)
