"""The mail of an invitation, in the language of the invited person."""

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from teams.models import Company, Invitation

log = logging.getLogger(__name__)


def link_of(secret: str) -> str:
    """The whole address that the invited person opens."""
    return f"{settings.BASE_URL}{reverse('invitations:open', args=[secret])}"


def mail_invitation(invitation: Invitation, secret: str) -> bool:
    """False when the mail server did not take the mail."""
    with translation.override(invitation.language):
        told = {
            "invitation": invitation,
            "company": Company.current(),
            "link": link_of(secret),
            "language": invitation.language,
        }
        subject = _("%(inviter)s invites you to %(company)s") % {**told, "inviter": invitation.inviter}
        mail = EmailMultiAlternatives(
            # A name may hold anything, a header only one line.
            subject=" ".join((settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject).split()),
            body=render_to_string("teams/mail/invitation.txt", told),
            to=[invitation.email],
        )
        mail.attach_alternative(render_to_string("teams/mail/invitation.html", told), "text/html")
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as fault:
        log.error("The mail server did not take a mail: %s", fault)
        return False
    return True
