"""People who come in without an invitation: added by who may invite them, and let in by nobody yet."""

import re

from anyascii import anyascii
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from crm.access.rights import Action, may
from crm.history.writing import CREATED, record_versions
from teams.models import Role, Team, User
from teams.selectors.invitations import invites_without_team, teams_for_newcomers
from teams.services.company import take_after_company
from teams.services.roles_rules import NotTheirsToGive, refuse_unless_theirs_to_give
from teams.services.structure import join_team, refuse_to_show_more

_NO_NAME_SIGN = re.compile(r"[^a-z0-9]+")
_LONGEST_STEM = 40


@transaction.atomic
def add_person(person: User, *, actor: User, team: Team | None = None, position: str = "", reason: str = "") -> User:
    """Store a new person with the names, the e-mail and the role of the instance, and without a password.

    What he is given is what the actor could give by an invitation. Raises PermissionDenied, NotTheirsToGive,
    ValidationError.
    """
    if not may(actor, Action.ADD, User):
        raise PermissionDenied(_("You may not invite people."))
    refuse_unless_theirs_to_promise(person.role, team, actor=actor)
    person.is_superuser = person.is_staff = False
    person.username = free_username(person)
    person.set_unusable_password()
    person.email = User.objects.normalize_email(person.email)
    take_after_company(person).full_clean(exclude=["password"])
    person.save(force_insert=True)
    record_versions(User, [person.pk], actor=actor, kind=CREATED, reason=reason)
    if team is not None:
        join_team(person, team, actor=actor, is_primary=True, position=position)
    return person


def refuse_unless_theirs_to_promise(role: Role | None, team: Team | None, *, actor: User) -> None:
    """Whether the actor may give a newcomer this role in this team. Raises NotTheirsToGive."""
    if role is not None:
        # Locked: what is given is what is judged.
        refuse_unless_theirs_to_give(Role.objects.select_for_update().get(pk=role.pk), actor=actor)
    if team is None:
        if not invites_without_team(actor):
            raise NotTheirsToGive(_("Choose one of your teams for the person."))
        return
    if not teams_for_newcomers(actor).filter(pk=team.pk).exists():
        raise NotTheirsToGive(_("You can do this only in the teams that you manage."))
    refuse_to_show_more(role, team, actor)


def free_username(person: User) -> str:
    """Made of the name, such as "olha.koval" or "olha.koval.2"; never what somebody signs in with."""
    letters = anyascii(f"{person.first_name} {person.last_name}").casefold()
    stem = _NO_NAME_SIGN.sub(".", letters).strip(".")[:_LONGEST_STEM] or "person"
    taken = {name.casefold() for name in _starting_with(stem)}
    number = 1
    while (name := stem if number == 1 else f"{stem}.{number}") in taken:
        number += 1
    return name


def _starting_with(stem: str) -> list[str]:
    return list(User.objects.filter(username__istartswith=stem).values_list("username", flat=True))
