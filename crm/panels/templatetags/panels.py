"""`{% load panels %}{% panels record %}`: what other apps show on the page of a record."""

import logging
from typing import Any

from django import template
from django.db import transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.panels.registry import Panel, panels_for

register = template.Library()
logger = logging.getLogger(__name__)


@register.simple_tag(takes_context=True)
def panels(context: template.RequestContext, record: Model) -> SafeString:
    """Every panel of the record, with the rights of the request's user."""
    request = context["request"]
    drawn = [(_drawn(panel, record, request),) for panel in panels_for(record, request.user)]
    return format_html_join("\n", "{}", drawn)


def _drawn(panel: Panel, record: Model, request: Any) -> SafeString:
    try:
        # A query that fails must not break the transaction that a caller may be in.
        with transaction.atomic():
            values = panel.context(record, request.user)
            drawn = render_to_string(panel.template, {"record": record, "panel": panel, **values}, request)
    except Exception:
        # The page must not fall with a panel of another app.
        logger.exception("The panel %s of %s %s failed", panel.key, record._meta.label, record.pk)
        drawn = render_to_string("panels/_failed.html", {"panel": panel}, request)
    return SafeString(drawn)
