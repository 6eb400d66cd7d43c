"""What managers of people do for their sign-ins."""

import logging

from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action
from crm.history.writing import CHANGED, record_versions
from teams.models import User
from teams.selectors import people_managed_by

log = logging.getLogger(__name__)


@transaction.atomic
def reset_second_factor(user: User, *, actor: User) -> bool:
    """Forget a lost second factor with its recovery codes, end every session, and tell the person by mail.

    False when there was none. Raises PermissionDenied unless the actor manages this person.
    """
    if not people_managed_by(actor, Action.CHANGE).filter(pk=user.pk).exists():
        raise PermissionDenied
    removed, _each = Authenticator.objects.filter(user=user).delete()
    if not removed:
        return False
    get_sessions_adapter().end_sessions(UserSession.objects.filter(user=user))
    reason = gettext_noop("Second factor reset")
    record_versions(User, [user.pk], actor=actor, kind=CHANGED, reason=reason)
    transaction.on_commit(lambda: _tell(user, actor), robust=True)
    return True


def _tell(user: User, actor: User) -> None:
    if not user.email:
        return
    with translation.override(user.language):
        subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("Your second factor was reset")
        told = {"actor": actor, "base_url": settings.BASE_URL}
        text = render_to_string("account/email/second_factor_reset.txt", told)
    try:
        send_mail(subject, text, None, [user.email])
    except OSError as fault:
        log.error("The mail server did not take a mail: %s", fault)
