"""People who leave, and who come back: their accounts are closed and opened, never deleted."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.endings import end_access
from crm.access.rights import Action, forget_rights
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, record_versions
from teams.models import User
from teams.selectors.reach import NotTheirsToManage, people_managed_by
from teams.services.invitations import withdraw_all_by
from teams.services.roles_rules import refuse_unless_theirs_to_give

_LEFT, _BACK = gettext_noop("Deactivated"), gettext_noop("Reactivated")


class StillNeeded(Exception):
    """This account cannot be closed; the message is a sentence for the actor."""


@transaction.atomic
def deactivate_person(person: User, *, actor: User) -> User:
    """Close an account: its sessions end at the next request, its open invitations are withdrawn.

    What the person owns stays his until it is handed over. Raises NotTheirsToManage, StillNeeded.
    """
    # The administrators are locked, so that no two of them close each other's accounts at the same moment.
    others = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    administrators = {one.pk for one in others}
    if actor.is_superuser and actor.pk not in administrators:
        raise PermissionDenied
    stored = _fetch_managed(person, actor)
    if stored.pk == actor.pk:
        raise StillNeeded(_("Nobody deactivates himself."))
    if administrators == {stored.pk}:
        raise StillNeeded(_("This is the last administrator."))
    if not stored.is_active:
        return stored
    _store(stored, is_active=False, actor=actor, reason=_LEFT)
    withdraw_all_by(stored)
    end_access(stored)
    return stored


@transaction.atomic
def reactivate_person(person: User, *, actor: User) -> User:
    """Open an account again, with the role and the teams that it had: both are handed out anew.

    Raises NotTheirsToManage; NotTheirsToGive for the role.
    """
    stored = _fetch_managed(person, actor)
    if stored.is_active:
        return stored
    if stored.role is not None:
        refuse_unless_theirs_to_give(stored.role, actor=actor)
    _store(stored, is_active=True, actor=actor, reason=_BACK)
    return stored


def _fetch_managed(person: User, actor: User) -> User:
    if not people_managed_by(actor, Action.DELETE).filter(pk=person.pk).exists():
        raise NotTheirsToManage(_("You may not change this person."))
    return User.objects.select_for_update(of=("self",)).select_related("role").get(pk=person.pk)


def _store(person: User, *, is_active: bool, actor: User, reason: str) -> None:
    begin_history(User, [person.pk])
    person.is_active = is_active
    person.deactivated_at = None if is_active else timezone.now()
    person.save(update_fields=["is_active", "deactivated_at"])
    forget_rights(person)
    record_versions(User, [person.pk], actor=actor, kind=CHANGED, reason=reason)
