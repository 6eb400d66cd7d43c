"""Who may look at the product as somebody else, and who did."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from crm.access.rights import Action, Scope, rights_of
from teams.models import Role, SeenAs, User
from teams.selectors.reach import people_managed_by

# After this a look ends by itself.
LONGEST = timedelta(minutes=30)
_SHOWN = 20


def may_see_as_others(actor: User) -> bool:
    """Superusers, and those whose role lets them view and change every role."""
    rights = rights_of(actor)
    return all(rights.scope(Role, action) == Scope.ALL for action in (Action.VIEW, Action.CHANGE))


def people_seen_as_by(actor: User) -> QuerySet[User]:
    """Whom the actor may look as: active people of a lower rank whom he manages, never a superuser, never himself."""
    if not actor.is_active or not may_see_as_others(actor):
        return User.objects.none()
    managed = people_managed_by(actor, Action.CHANGE)
    return managed.filter(is_active=True, is_superuser=False).exclude(pk=actor.pk)


def looks_at(people: QuerySet[User]) -> list[SeenAs]:
    """The newest looks as these people; each with `over_at`, None while it goes on."""
    looks = list(SeenAs.objects.filter(user__in=people).select_related("actor", "user")[:_SHOWN])
    for look in looks:
        look.over_at = over_at(look)  # type: ignore[attr-defined]
    return looks


def over_at(look: SeenAs) -> datetime | None:
    """When a look was over, at the latest by itself: a session that is simply gone tells nobody. None: it goes on."""
    last = look.started_at + LONGEST
    if look.ended_at is not None:
        return min(look.ended_at, last)
    return last if last <= timezone.now() else None
