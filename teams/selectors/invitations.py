"""Invitations as their managers see them, and what they may invite to."""

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from crm.access.rights import Action, Scope, rights_of
from teams.models import Invitation, Team, User


class InvitationState(models.TextChoices):
    OPEN = "open", pgettext_lazy("invitation", "Open")
    EXPIRED = "expired", pgettext_lazy("invitation", "Expired")
    ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Withdrawn")


def state_of(invitation: Invitation) -> InvitationState:
    if invitation.accepted_at is not None:
        return InvitationState.ACCEPTED
    if invitation.revoked_at is not None:
        return InvitationState.WITHDRAWN
    return InvitationState.OPEN if invitation.is_open else InvitationState.EXPIRED


def in_state(state: str) -> Q:
    """The condition on invitations of this state; of none for a state that does not exist."""
    now = timezone.now()
    waiting = Q(accepted_at=None, revoked_at=None)
    conditions = {
        InvitationState.OPEN: waiting & Q(expires_at__gt=now),
        InvitationState.EXPIRED: waiting & Q(expires_at__lte=now),
        InvitationState.ACCEPTED: Q(accepted_at__isnull=False),
        InvitationState.WITHDRAWN: Q(accepted_at=None, revoked_at__isnull=False),
    }
    return conditions[InvitationState(state)] if state in InvitationState.values else Q(pk__in=[])


def teams_for_newcomers(actor: User) -> QuerySet[Team]:
    """Teams into which the actor may invite."""
    teams: QuerySet[Team] = Team.objects.all()
    scope = rights_of(actor).scope(User, Action.ADD)
    if scope == Scope.ALL:
        return teams
    return teams.filter(pk__in=rights_of(actor).reached_team_ids(scope))


def invites_without_team(actor: User) -> bool:
    """Only who may invite into every team may invite into none."""
    return rights_of(actor).scope(User, Action.ADD) == Scope.ALL


def invitations_of(actor: User) -> QuerySet[Invitation]:
    """Those that the actor sent, and those into the teams that he may invite into; nothing without the right."""
    scope = rights_of(actor).scope(User, Action.ADD)
    found = Invitation.objects.select_related("role", "team", "inviter", "accepted_by")
    if scope == Scope.NONE:
        return found.none()
    if scope == Scope.ALL:
        return found
    return found.filter(Q(inviter=actor) | Q(team__in=teams_for_newcomers(actor).values("pk")))
