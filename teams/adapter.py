"""What django-allauth asks of this product."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """People are invited; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail goes out for known and unknown addresses alike, so that neither answer nor failure tells them apart."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as fault:
            log.error("The mail server did not take a mail: %s", fault)
            messages.error(
                current.request, _("The mail could not be sent. Try again later, or ask your administrator.")
            )
