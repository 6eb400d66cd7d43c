"""Small things that pages of people need: `{% load people %}`."""

from functools import lru_cache
from typing import Any

import phonenumbers
from django import template

from crm.access.rights import Action, may
from teams.models import User

register = template.Library()


@register.filter
@lru_cache(maxsize=5000)
def international(phone: str) -> str:
    """A number as people read it: "+380 44 123 45 67"; as typed when it is not understood."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def may_with_people(user: Any, action: str) -> bool:
    """Whether a reader's role lets him do this with somebody: `user|may_with_people:"add"`; no query of its own."""
    return may(user, Action(action), User)
