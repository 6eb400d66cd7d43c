"""Every write to teams and who is in them."""

from collections.abc import Mapping

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.querysets import team_share_model
from crm.access.registry import record_models
from crm.access.rights import Action, Scope, forget_rights, rights_of
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, CREATED, record_versions
from teams.models import Invitation, Membership, Role, Team, User
from teams.selectors.reach import people_managed_by, refuse_unless_managed, teams_managed_by
from teams.services.roles_rules import NotTheirsToGive, refuse_unless_theirs_to_give

_TEAMS_CHANGED, _MEMBERS_CHANGED = gettext_noop("Changed the teams"), gettext_noop("Changed the members")


class TeamStillUsed(Exception):
    """The team cannot go yet; `reasons` are sentences that say what is in the way."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


# Teams


@transaction.atomic
def create_team(team: Team, *, actor: User) -> Team:
    """Store a new team. Raises NotTheirsToGive, ValidationError.

    It needs the right to add under its parent; at the top, the right to add everywhere.
    """
    _refuse_unless_reached(actor, team.parent_id, Action.ADD)
    _refuse_unless_may_lead(team, None, actor)
    team.full_clean(exclude=["group"])
    team.save()
    forget_rights(actor)
    record_versions(Team, [team.pk], actor=actor, kind=CREATED)
    return team


@transaction.atomic
def save_team(team: Team, *, actor: User) -> Team:
    """Store a team's name, description, lead and place. Raises NotTheirsToGive, ValidationError for a loop.

    A new place needs the reach of the team, of where it lay and of where it goes: people above see what is below.
    """
    parents = _locked_parents()
    stored = Team.objects.get(pk=team.pk)
    _refuse_unless_reached(actor, stored.pk, Action.CHANGE)
    if team.parent_id != stored.parent_id:
        _refuse_loop(team, parents)
        _refuse_unless_may_move(team, stored.parent_id, actor)
    _refuse_unless_may_lead(team, stored.lead_id, actor)
    team.full_clean(exclude=["group"])
    begin_history(Team, [team.pk])
    team.save()
    # The group's name is unique too: a name that was given up must be free for another team.
    Group.objects.filter(pk=team.group_id).update(name=f"team {team.name}")
    forget_rights(actor)
    record_versions(Team, [team.pk], actor=actor, kind=CHANGED)
    return team


@transaction.atomic
def move_team(team: Team, parent: Team | None, *, actor: User) -> Team:
    """Put a team with all below it under another one, or to the top. Raises as `save_team`."""
    moved = Team.objects.get(pk=team.pk)
    moved.parent = parent
    return save_team(moved, actor=actor)


@transaction.atomic
def delete_team(team: Team, *, actor: User) -> None:
    """Remove a team that nothing hangs on. Raises NotTheirsToGive, TeamStillUsed."""
    stored = Team.objects.select_for_update().get(pk=team.pk)
    _refuse_unless_reached(actor, stored.pk, Action.DELETE)
    reasons = _uses_of(stored)
    if reasons:
        raise TeamStillUsed(reasons)
    # Invitations that are over name the team for nobody's sake.
    Invitation.objects.filter(team=stored).update(team=None)
    group_id = stored.group_id
    # The library writes the last version of what is deleted.
    stored._history_user = actor
    try:
        with transaction.atomic():
            stored.delete()
    except ProtectedError as held:
        raise TeamStillUsed([_("Something else still hangs on it, such as its board with tasks on it.")]) from held
    Group.objects.filter(pk=group_id).delete()
    forget_rights(actor)


def _uses_of(team: Team) -> list[str]:
    """Why the team cannot go. Records are not counted: the reader may not see all of them."""
    owns_records = any(model.objects.filter(team=team).exists() for model in record_models())
    has_shares = any(
        team_share_model(model).objects.filter(group_id=team.group_id).exists() for model in record_models()
    )
    waits_for_people = any(
        invitation.is_open for invitation in Invitation.objects.filter(team=team, accepted_at=None, revoked_at=None)
    )
    uses = (
        (owns_records, _("It still owns records, perhaps in the recycle bin: give them to another team.")),
        (team.memberships.exists(), _("There are people in it: take them out first.")),
        (Team.objects.filter(parent=team).exists(), _("There are teams below it: move them first.")),
        (has_shares, _("Records are shared with it: withdraw these shares first.")),
        (waits_for_people, _("Somebody is invited to it: wait for the answer, or withdraw the invitation.")),
    )
    return [sentence for is_so, sentence in uses if is_so]


# People in teams


@transaction.atomic
def join_team(
    user: User, team: Team, *, actor: User, position: str = "", is_primary: bool = False, share: int = 100
) -> Membership:
    """Put a person into a team, or change how he is in it; `share` is percent of his time.

    Needs the right to change both; newcomers, who are in no team yet, are placed by those who may add people there.
    A team brings its records into sight, so nobody is put where he would see what the actor does not reach, and never
    the actor himself or his equal. Raises NotTheirsToGive, NotTheirsToManage, ValidationError.
    """
    _refuse_unless_may_place(user, team, actor)
    membership = user.memberships.filter(team=team).first()
    if membership is None:
        refuse_to_show_more(user.role, team, actor)
        membership = Membership(user=user, team=team)
    affected = _begin(user, team)
    if is_primary:
        user.memberships.exclude(team=team).update(is_primary=False)
    membership.position, membership.share, membership.is_primary = position, share, is_primary
    membership.clean_fields()
    membership.save()
    _record(user, affected, actor)
    return membership


@transaction.atomic
def leave_team(user: User, team: Team, *, actor: User) -> None:
    """Take a person out of a team. Raises NotTheirsToGive, NotTheirsToManage."""
    _refuse_unless_may_place(user, team, actor)
    affected = _begin(user, team)
    user.memberships.filter(team=team).delete()
    _record(user, affected, actor)


def _begin(user: User, team: Team) -> list[int]:
    """The teams whose members change: this one, and the one that may stop to be the primary one."""
    affected = {team.pk, *user.memberships.filter(is_primary=True).values_list("team_id", flat=True)}
    begin_history(User, [user.pk])
    begin_history(Team, sorted(affected))
    return sorted(affected)


def _record(user: User, team_ids: list[int], actor: User) -> None:
    forget_rights(user)
    record_versions(User, [user.pk], actor=actor, kind=CHANGED, reason=_TEAMS_CHANGED)
    record_versions(Team, team_ids, actor=actor, kind=CHANGED, reason=_MEMBERS_CHANGED)


def _refuse_unless_may_place(user: User, team: Team, actor: User) -> None:
    # Locked, so that a person who is put into two teams at once gets one primary team.
    stored = User.objects.select_for_update(of=("self",)).select_related("role").get(pk=user.pk)
    if actor.is_superuser and actor.is_active:
        return
    is_newcomer = not stored.memberships.exists()
    may_place_newcomers = is_newcomer and _adds_people_to(actor, team)
    if not may_place_newcomers:
        _refuse_unless_reached(actor, team.pk, Action.CHANGE)
    refuse_unless_managed(stored, actor=actor)
    if is_newcomer and stored.role is not None:
        refuse_unless_theirs_to_give(stored.role, actor=actor)


def _adds_people_to(actor: User, team: Team) -> bool:
    rights = rights_of(actor)
    scope = rights.scope(User, Action.ADD)
    return scope == Scope.ALL or team.pk in rights.reached_team_ids(scope)


def refuse_to_show_more(role: Role | None, team: Team, actor: User) -> None:
    """A right of the role that reaches this team must be the actor's own, here."""
    if role is None or actor.is_superuser:
        return
    refuse_unless_theirs_to_give(role, actor=actor)
    rights = rights_of(actor)
    for grant in role.grants.filter(scope__in=(Scope.TEAM, Scope.TEAM_AND_BELOW)):
        own = rights.grants.get((grant.record_type, grant.action), Scope.NONE)
        if own < Scope.ALL and team.pk not in rights.reached_team_ids(own):
            raise NotTheirsToGive(_("In this team the person would reach records that you do not reach yourself."))


def refuse_unless_as_much(role: Role | None, person: User, actor: User) -> None:
    """What the person reaches with this role, in all of his teams, must be the actor's own. Raises NotTheirsToGive."""
    if role is None:
        return
    refuse_unless_theirs_to_give(role, actor=actor)
    for team in person.teams.all():
        refuse_to_show_more(role, team, actor)


# Reach


def _refuse_unless_reached(actor: User, team_id: int | None, action: Action) -> None:
    """None is the top of the tree, which only a grant on all teams reaches."""
    if not actor.is_active:
        raise PermissionDenied
    if team_id is None:
        is_reached = rights_of(actor).scope(Team, action) == Scope.ALL
    else:
        is_reached = teams_managed_by(actor, action).filter(pk=team_id).exists()
    if not is_reached:
        raise NotTheirsToGive(_("You can do this only in the teams that you manage."))


def _refuse_unless_may_move(team: Team, former_parent_id: int | None, actor: User) -> None:
    for place in (former_parent_id, team.parent_id):
        _refuse_unless_reached(actor, place, Action.CHANGE)
    rights = rights_of(actor)
    sees_below = not rights.is_unlimited and Scope.TEAM_AND_BELOW in rights.grants.values()
    if sees_below and team.parent_id in rights.below_ids and team.pk not in rights.below_ids:
        raise NotTheirsToGive(_("In this place the team would bring its records into your own sight."))


def _refuse_unless_may_lead(team: Team, former_lead_id: int | None, actor: User) -> None:
    """A lead sees why the people of his team are away, so he is chosen by whoever manages all of them."""
    if team.lead_id is None or team.lead_id == former_lead_id:
        return
    managed = people_managed_by(actor, Action.CHANGE)
    is_theirs = team.lead_id == actor.pk or managed.filter(pk=team.lead_id).exists()
    others = Membership.objects.filter(team_id=team.pk).exclude(user__in=(actor.pk, team.lead_id))
    if is_theirs and not others.exclude(user__in=managed).exists():
        return
    raise NotTheirsToGive(_("Choose a lead among the people whom you manage, in a team whose people you all manage."))


def _locked_parents() -> Mapping[int, int | None]:
    """The whole tree, locked: two teams that move under each other at the same moment would make a loop."""
    rows = Team.objects.select_for_update().order_by("pk").values_list("pk", "parent_id")
    return dict(rows)


def _refuse_loop(team: Team, parents: Mapping[int, int | None]) -> None:
    above = team.parent_id
    while above is not None:
        if above == team.pk:
            raise ValidationError({"parent": _("A team cannot lie below itself.")})
        above = parents.get(above)
