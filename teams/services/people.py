"""Every write to what stands on a person's profile."""

from collections.abc import Collection, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, record_versions
from teams.models import Membership, User
from teams.selectors.people import manages, refuse_unless_may_change
from teams.selectors.reach import teams_managed_by
from teams.services.structure import join_team, leave_team, refuse_unless_as_much

# What everybody keeps about himself.
OWN_FIELDS = ("phone", "about", "birthday", "languages", "language", "time_zone")
# What his managers alone write: by his name and e-mail others know him, and by his e-mail he signs in.
MANAGED_FIELDS = ("first_name", "last_name", "email", "country")
PROFILE_FIELDS = (*MANAGED_FIELDS, *OWN_FIELDS)

_PROFILE, _PICTURE = gettext_noop("Changed the profile"), gettext_noop("Changed the picture")


@transaction.atomic
def save_profile(person: User, *, actor: User) -> User:
    """Store the fields of the profile that differ from the stored ones, and no others.

    Raises PermissionDenied for a person or a field that is not the actor's to change, ValidationError.
    """
    refuse_unless_may_change(actor, person)
    stored = _locked(person)
    changed = [name for name in PROFILE_FIELDS if getattr(person, name) != getattr(stored, name)]
    _refuse_managed_fields(changed, stored, actor)
    if not changed:
        return person
    person.email = User.objects.normalize_email(person.email)
    others = {field.name for field in User._meta.get_fields()} - set(changed)
    person.full_clean(exclude=others)
    if "email" in changed:
        # A former address must not reset the password any more.
        EmailAddress.objects.filter(user=person).delete()
    return _store(person, changed, actor=actor, reason=_PROFILE)


@transaction.atomic
def save_picture(person: User, name: str, *, actor: User) -> User:
    """Keep the picture of this name, from `crm.pictures.storing.take_in`, or none. Raises PermissionDenied."""
    refuse_unless_may_change(actor, person)
    _locked(person)
    person.picture = name
    return _store(person, ["picture"], actor=actor, reason=_PICTURE)


@transaction.atomic
def save_memberships(person: User, wanted: Sequence[Membership], *, actor: User) -> None:
    """Of the teams that the actor fills, put the person into exactly these; memberships in other teams stay.

    Raises NotTheirsToGive, NotTheirsToManage, ValidationError.
    """
    if len({row.team_id for row in wanted}) < len(wanted):
        raise ValidationError(_("The same team stands here twice."))
    if sum(row.is_primary for row in wanted) > 1:
        raise ValidationError(_("Only one team can be the primary one."))
    filled = teams_managed_by(actor, Action.CHANGE).values("pk")
    present = {row.team_id: row for row in person.memberships.filter(team__in=filled).select_related("team")}
    for row in present.values():
        if row.team_id not in {kept.team_id for kept in wanted}:
            leave_team(person, row.team, actor=actor)
    for row in wanted:
        if row.team_id not in present or _said(present[row.team_id]) != _said(row):
            values: dict[str, Any] = {name: getattr(row, name) for name in ("position", "share", "is_primary")}
            join_team(person, row.team, actor=actor, **values)


def _said(row: Membership) -> tuple[str, int, bool]:
    return row.position, row.share, row.is_primary


def _refuse_managed_fields(changed: Collection[str], stored: User, actor: User) -> None:
    if set(changed).isdisjoint(MANAGED_FIELDS):
        return
    if not manages(actor, stored):
        raise PermissionDenied(_("Names, e-mail and country are changed by those who manage you."))
    if "email" in changed:
        # Who chooses the address can have the password reset, and be that person with all of his rights.
        refuse_unless_as_much(stored.role, stored, actor)


def _locked(person: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("role").get(pk=person.pk)


def _store(person: User, fields: Collection[str], *, actor: User, reason: str) -> User:
    begin_history(User, [person.pk])
    person.save(update_fields=fields)
    record_versions(User, [person.pk], actor=actor, kind=CHANGED, reason=reason)
    return person
