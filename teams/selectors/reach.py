"""Whom and what a manager's grants reach: people and teams are no records, and have their own predicate."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.access.rights import Action, Scope, may, rights_of
from teams.models import Membership, Team, User


def people_managed_by(actor: User, action: Action) -> QuerySet[User]:
    """People on whom the actor may do this: in the reach of his grant, and of a lower rank than his own.

    Superusers are managed by superusers alone. Nobody manages himself by a grant, so that no rank can be raised or
    left by one's own hand. People without a role have the lowest rank.
    """
    if actor.is_superuser and actor.is_active:
        return User.objects.all()
    scope = rights_of(actor).scope(User, action)
    if scope == Scope.NONE or actor.role is None:
        return User.objects.none()
    lower = User.objects.exclude(pk=actor.pk).filter(is_superuser=False)
    lower = lower.filter(Q(role=None) | Q(role__rank__lt=actor.role.rank))
    if scope == Scope.ALL:
        return lower
    team_ids = rights_of(actor).reached_team_ids(scope)
    return lower.filter(pk__in=Membership.objects.filter(team__in=team_ids).values("user"))


class NotTheirsToManage(PermissionDenied):
    """A person on whom the actor's grants do not reach."""


def refuse_unless_managed(person: User, *, actor: User) -> None:
    """Roles and teams are given to those whom one manages, and to newcomers in no team by those who may invite.

    Raises NotTheirsToManage.
    """
    if people_managed_by(actor, Action.CHANGE).filter(pk=person.pk).exists():
        return
    is_newcomer = not person.is_superuser and person.pk != actor.pk and not person.memberships.exists()
    if not (is_newcomer and may(actor, Action.ADD, User)):
        raise NotTheirsToManage(_("You may not change this person."))


def teams_managed_by(actor: User, action: Action) -> QuerySet[Team]:
    """Teams on which the actor may do this."""
    teams: QuerySet[Team] = Team.objects.all()
    scope = rights_of(actor).scope(Team, action)
    if scope == Scope.ALL:
        return teams
    return teams.filter(pk__in=rights_of(actor).reached_team_ids(scope))
