"""`{% load panels %}{% panels record %}`: what other apps show on the page of a record.

A page of two columns asks twice: `{% panels record "main" %}` and `{% panels record "aside" %}`.
"""

import logging
from contextlib import nullcontext
from typing import Any

from django import template
from django.db import connection, transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.panels.registry import Panel, panels_for
from crm.ui.parts import draw

register = template.Library()
logger = logging.getLogger(__name__)


@register.simple_tag(takes_context=True)
def panels(context: template.RequestContext, record: Model, column: str = "") -> SafeString:
    """Every panel of the record, or those of one column, with the rights of the request's user."""
    request = context["request"]
    wanted = {"main": (False,), "aside": (True,)}.get(column, (False, True))
    shown = [panel for panel in panels_for(record, request.user) if panel.is_aside in wanted]
    drawn = [(_drawn(panel, record, request),) for panel in shown]
    return format_html_join("\n", "{}", drawn)


def _drawn(panel: Panel, record: Model, request: Any) -> SafeString:
    try:
        # A query that fails must not break the transaction that a caller is in; outside of one it breaks nothing.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            values = panel.context(record, request.user)
            return _draw(panel.template, {"record": record, "panel": panel, **values}, request)
    except Exception:
        # The page must not fall with a panel of another app.
        logger.exception("The panel %s of %s %s failed", panel.key, record._meta.label, record.pk)
        return _draw("panels/_failed.html", {"panel": panel}, request)


def _draw(template_name: str, values: dict[str, Any], request: Any) -> SafeString:
    if template_name.endswith(".jinja"):
        return draw(template_name, **values)
    return SafeString(render_to_string(template_name, values, request))
