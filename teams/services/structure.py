"""Every write to teams and who is in them."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access.rights import forget_rights, rights_of
from teams.models import Membership, Team, User
from teams.services.roles import NotTheirsToGive, refuse_unless_theirs_to_give


@transaction.atomic
def join_team(user: User, team: Team, *, actor: User, position: str = "", is_primary: bool = False) -> Membership:
    """Put a person into a team, or change how he is in it. Raises NotTheirsToGive.

    A team brings its records into sight, so an actor puts people only where he is himself or is above.
    """
    _refuse_unless_leads(actor, user, team)
    if is_primary:
        user.memberships.exclude(team=team).update(is_primary=False)
    membership, _is_new = Membership.objects.update_or_create(
        user=user, team=team, defaults={"position": position, "is_primary": is_primary}
    )
    forget_rights(user)
    return membership


@transaction.atomic
def leave_team(user: User, team: Team, *, actor: User) -> None:
    """Take a person out of a team. Raises NotTheirsToGive."""
    _refuse_unless_leads(actor, user, team)
    user.memberships.filter(team=team).delete()
    forget_rights(user)


def _refuse_unless_leads(actor: User, user: User, team: Team) -> None:
    if actor.is_superuser and actor.is_active:
        return
    if user.is_superuser or team.pk not in rights_of(actor).below_ids:
        raise NotTheirsToGive(_("You can put people only into your own teams and the teams below them."))
    if user.role is not None:
        refuse_unless_theirs_to_give(user.role, actor=actor)
