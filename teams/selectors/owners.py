"""Reads about people and teams that other apps need."""

from django.db.models import Q, QuerySet

from crm.access.rights import Action, Scope, rights_of
from teams.models import Membership, Team, User


def home_team_of(user: User) -> Team | None:
    """The team that a user's new records belong to; None when he is in none."""
    membership = Membership.objects.filter(user=user).select_related("team").first()
    return membership.team if membership else None


def owners_offered_to(user: User, model: type) -> QuerySet[User]:
    """Active people whom the user may name as owner: himself, his teammates, and whom his assign grant reaches."""
    rights = rights_of(user)
    scope = rights.scope(model, Action.ASSIGN)
    active = User.objects.filter(is_active=True)
    if scope == Scope.ALL:
        return active
    if scope == Scope.NONE:
        return active.filter(pk=user.pk)
    # What is one's own may be given to teammates, whoever else it may be given to.
    reached = rights.team_ids | rights.reached_team_ids(scope)
    return active.filter(Q(pk=user.pk) | Q(pk__in=Membership.objects.filter(team__in=reached).values("user")))


def teams_offered_to(user: User, model: type) -> QuerySet[Team]:
    """Teams that the user may put a record into: his own, and those his assign grant reaches."""
    rights = rights_of(user)
    scope = rights.scope(model, Action.ASSIGN)
    teams: QuerySet[Team] = Team.objects.all()
    if scope == Scope.ALL:
        return teams
    return teams.filter(pk__in=rights.team_ids | rights.reached_team_ids(scope))
