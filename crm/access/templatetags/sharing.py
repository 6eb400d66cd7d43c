"""Filters of the sharing page."""

from datetime import datetime

from django import template

from crm.history import reasons

register = template.Library()


@register.filter
def last_day(until: datetime) -> str:
    """The day at whose end a share ends, in words."""
    return reasons.last_day(until)
