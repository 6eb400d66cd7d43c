"""Looking at the product as somebody else: begun and ended here, and logged."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.models import SeenAs, User
from teams.selectors.seeing import LONGEST, people_seen_as_by
from teams.services.roles_rules import NotTheirsToGive
from teams.services.structure import refuse_unless_as_much


class MayNotSeeAs(PermissionDenied):
    """A person whom the actor does not outrank or who reaches more, or an actor who may not look as others at all."""


def may_see_as(person: User, *, actor: User) -> bool:
    """Whether the actor may look as this person now: a role that grew since a look began ends it."""
    if not people_seen_as_by(actor).filter(pk=person.pk).exists():
        return False
    try:
        # Who may not see something does not see it with the eyes of another either.
        refuse_unless_as_much(person.role, person, actor)
    except NotTheirsToGive:
        return False
    return True


@transaction.atomic
def see_as(person: User, *, actor: User) -> SeenAs:
    """Log that the actor begins to look as this person. Raises MayNotSeeAs."""
    if not may_see_as(person, actor=actor):
        raise MayNotSeeAs(_("You may not look at the product as this person."))
    return SeenAs.objects.create(actor=actor, user=person)


@transaction.atomic
def end_seeing(look: SeenAs) -> SeenAs:
    """Log the end of a look, at the latest the moment at which it ended by itself; one that has ended stays."""
    stored = SeenAs.objects.select_for_update(of=("self",)).get(pk=look.pk)
    if stored.ended_at is None:
        stored.ended_at = min(timezone.now(), stored.started_at + LONGEST)
        stored.save(update_fields=["ended_at"])
    return stored
