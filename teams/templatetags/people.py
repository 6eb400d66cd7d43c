"""Small things that pages of people need: `{% load people %}`."""

from functools import lru_cache

import phonenumbers
from django import template

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
