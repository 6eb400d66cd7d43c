"""Every write to invitations: by them alone do new people come in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action, may
from crm.history.writing import CREATED, record_versions
from teams.models import Invitation, User
from teams.selectors.invitations import in_state, invitations_of
from teams.services.company import take_after_company
from teams.services.invitations_mail import mail_invitation
from teams.services.newcomers import refuse_unless_theirs_to_promise
from teams.services.roles_rules import NotTheirsToGive, refuse_unless_theirs_to_give
from teams.services.structure import join_team

VALID_FOR = timedelta(days=7)
_CAME = gettext_noop("Accepted the invitation")


class LinkIsDead(Exception):
    """No invitation can be accepted by this link: it is unknown, used, withdrawn or too old."""


class NoLongerGiven(Exception):
    """What was promised cannot be given any more; the message is a sentence for the invited person."""


@dataclass(frozen=True)
class Sent:
    """An invitation with the secret of its link, which is known only now; `is_mailed` tells whether it went out."""

    invitation: Invitation
    secret: str
    is_mailed: bool


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def invite_person(invitation: Invitation, *, actor: User) -> Sent:
    """Store an invitation and mail its link; it stays when the mail server fails.

    Raises PermissionDenied, NotTheirsToGive for the role or the team, ValidationError for an address that has an
    account or an open invitation.
    """
    with transaction.atomic():
        invitation.email = User.objects.normalize_email(invitation.email)
        _refuse_unless_may_invite(invitation, actor)
        _refuse_known_address(invitation, actor)
        secret = _renew(invitation, actor)
    return _mailed(invitation, secret)


def send_again(invitation: Invitation, *, actor: User) -> Sent:
    """Mail a new link, valid anew, in the actor's name; the former link is dead. Raises as `invite_person`."""
    with transaction.atomic():
        stored = _locked(invitation, actor)
        if stored.accepted_at or stored.revoked_at:
            raise ValidationError(_("This invitation is over. Invite the person anew."))
        _refuse_unless_may_invite(stored, actor)
        _refuse_known_address(stored, actor)
        secret = _renew(stored, actor)
    return _mailed(stored, secret)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, actor: User) -> None:
    """Its link is dead at once. Raises PermissionDenied; NotTheirsToGive for a higher colleague's invitation."""
    stored = _locked(invitation, actor)
    if stored.accepted_at or stored.revoked_at:
        return
    if stored.inviter_id != actor.pk and stored.role is not None:
        refuse_unless_theirs_to_give(stored.role, actor=actor)
    stored.revoked_at = timezone.now()
    stored.save(update_fields=["revoked_at"])


def withdraw_all_by(inviter: User) -> int:
    """Withdraw whatever an inviter who leaves still has open; the number of them."""
    waiting = Invitation.objects.filter(inviter=inviter, accepted_at=None, revoked_at=None)
    return waiting.update(revoked_at=timezone.now())


def fetch_open(digest: str) -> Invitation:
    """Raises LinkIsDead."""
    found = Invitation.objects.select_related("inviter", "role", "team").filter(in_state("open"), secret_digest=digest)
    invitation = found.first()
    if invitation is None:
        raise LinkIsDead
    return invitation


@transaction.atomic
def accept_invitation(digest: str, newcomer: User) -> User:
    """Store the newcomer, whose names and password are set, with the promised role, team and e-mail.

    Whether the inviter may still give both is judged now. Raises LinkIsDead, NoLongerGiven, ValidationError.
    """
    # Locked, so that a link that is used twice at the same moment makes one account.
    invitation = Invitation.objects.select_for_update().filter(in_state("open"), secret_digest=digest).first()
    if invitation is None:
        raise LinkIsDead
    inviter = User.objects.select_related("role").get(pk=invitation.inviter_id)
    try:
        _refuse_unless_may_invite(invitation, inviter)
        person = _store_newcomer(invitation, newcomer, inviter)
    except PermissionDenied as refusal:
        told = _("%(inviter)s may not give you this access any more. Ask for a new invitation.")
        raise NoLongerGiven(told % {"inviter": inviter}) from refusal
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return person


def _store_newcomer(invitation: Invitation, newcomer: User, inviter: User) -> User:
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise NoLongerGiven(_("There is an account with this e-mail already. Sign in with it."))
    newcomer.email, newcomer.role = invitation.email, invitation.role
    take_after_company(newcomer).language = invitation.language
    newcomer.full_clean()
    newcomer.save()
    record_versions(User, [newcomer.pk], actor=newcomer, kind=CREATED, reason=_CAME)
    if invitation.team is not None:
        position, share = invitation.position, invitation.share
        join_team(newcomer, invitation.team, actor=inviter, is_primary=True, position=position, share=share)
    return newcomer


def _refuse_unless_may_invite(invitation: Invitation, actor: User) -> None:
    if not may(actor, Action.ADD, User):
        raise PermissionDenied(_("You may not invite people."))
    if invitation.role_id is None:
        raise NotTheirsToGive(_("The role of this invitation is gone. Invite the person anew."))
    refuse_unless_theirs_to_promise(invitation.role, invitation.team, actor=actor)


def _refuse_known_address(invitation: Invitation, actor: User) -> None:
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise ValidationError({"email": _("Somebody already signs in with this e-mail.")})
    others = invitations_of(actor).filter(in_state("open"), email=invitation.email).exclude(pk=invitation.pk)
    if others.exists():
        raise ValidationError({"email": _("This person is invited already. Send that invitation again.")})


def _renew(invitation: Invitation, actor: User) -> str:
    secret = secrets.token_urlsafe(32)
    invitation.inviter = actor
    invitation.secret_digest = digest_of(secret)
    invitation.expires_at = timezone.now() + VALID_FOR
    invitation.sent_at = None
    invitation.full_clean()
    invitation.save()
    return secret


def _mailed(invitation: Invitation, secret: str) -> Sent:
    is_mailed = mail_invitation(invitation, secret)
    if is_mailed:
        invitation.sent_at = timezone.now()
        invitation.save(update_fields=["sent_at"])
    return Sent(invitation, secret, is_mailed)


def _locked(invitation: Invitation, actor: User) -> Invitation:
    """Raises PermissionDenied for an invitation that is not the actor's to see."""
    stored = invitations_of(actor).select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if stored is None:
        raise PermissionDenied(_("You may not invite people."))
    return stored
