"""Parts drawn by Jinja2: `{% load parts %}`. See crm.ui.parts for what they look like.

{% part "ui/_scripts.jinja" %}
{% part "clients/_status.jinja" client=client shown=list.shown %}
{% rows "clients/_row.jinja" list.rows shown=list.shown %}      draws the part once for each, as `row`
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from crm.ui.parts import draw, draw_each

register = template.Library()


@register.simple_tag
def part(template_name: str, **arguments: Any) -> SafeString:
    return draw(template_name, **arguments)


@register.simple_tag
def rows(template_name: str, items: Iterable[Any], **arguments: Any) -> SafeString:
    return draw_each(template_name, items, **arguments)
