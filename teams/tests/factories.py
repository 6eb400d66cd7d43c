"""The cast of the tests: ann and bob in one team, cy in another, dana the admin, fin who must not see some fields."""

from collections.abc import Mapping
from dataclasses import dataclass

import factory

from crm.access.rights import Action, FieldAccess, Scope
from teams.managed import MANAGED
from teams.models import FieldRule, Grant, Membership, Role, Team, User

RECORD_TYPES = (
    *("clients.client", "contacts.contact", "projects.deal", "projects.project"),
    *("projects.product", "projects.pricelist", "tasks.task", "tasks.timeentry"),
)
FIN_HIDDEN = {"clients.client": ("tax_id", "phones"), "contacts.contact": ("phones", "birthday")}


class RoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Role

    name = factory.Sequence(lambda n: f"role {n}")


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"team {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@porada.example")
    role = factory.SubFactory(RoleFactory)


@dataclass(frozen=True)
class Cast:
    """ann owns, bob is her teammate, cy an outsider, dana the admin, fin a teammate with hidden fields."""

    ann: User
    bob: User
    cy: User
    dana: User
    fin: User


def _grant(role: Role, scopes: Mapping[tuple[str, Action], Scope]) -> Role:
    """By (record type, action). At one statement: nearly every test begins with some hundred grants."""
    Grant.objects.bulk_create(
        [Grant(role=role, record_type=label, action=action, scope=scope) for (label, action), scope in scopes.items()],
        update_conflicts=True,
        unique_fields=["role", "record_type", "action"],
        update_fields=["scope"],
    )
    return role


def grant_all(role: Role, scope: Scope, *, actions: list[Action] | None = None) -> Role:
    """Give a role every action (or these) on every record type; with every action, to converse about them too."""
    _grant(role, {(record_type, action): scope for record_type in RECORD_TYPES for action in actions or list(Action)})
    return role if actions else grant_conversation(role)


def grant_management(role: Role, scope: Scope) -> Role:
    """Give a role every action on people and teams that it can have."""
    return _grant(
        role, {(model._meta.label_lower, action): scope for model in (User, Team) for action in MANAGED[model]}
    )


def grant_people(role: Role, scope: Scope, *, actions: tuple[Action, ...] = (Action.CHANGE,)) -> Role:
    """Let a role manage people, and nothing else."""
    return _grant(role, {("teams.user", action): scope for action in actions})


def grant_roles(role: Role) -> Role:
    """Let a role look at roles, and make, change and delete those of a lower rank."""
    return _grant(role, {("teams.role", action): Scope.ALL for action in MANAGED[Role]})


def grant_conversation(role: Role) -> Role:
    """Let a role log interactions and comment on every record in sight, and mend its own words."""
    scopes = {Action.ADD: Scope.ALL, Action.CHANGE: Scope.OWN, Action.DELETE: Scope.OWN}
    labels = ("contacts.interaction", "comments.comment")
    return _grant(role, {(label, action): scope for label in labels for action, scope in scopes.items()})


def join(user: User, team: Team) -> User:
    Membership.objects.create(user=user, team=team, is_primary=not user.memberships.exists())
    return user


def make_cast() -> Cast:
    manager = grant_all(RoleFactory(name="sales manager"), Scope.TEAM)
    clerk = grant_all(RoleFactory(name="clerk"), Scope.TEAM)
    for record_type, names in FIN_HIDDEN.items():
        for name in names:
            FieldRule.objects.create(role=clerk, record_type=record_type, field=name, access=FieldAccess.HIDDEN)
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    return Cast(
        ann=join(UserFactory(username="ann", role=manager), north),
        bob=join(UserFactory(username="bob", role=manager), north),
        cy=join(UserFactory(username="cy", role=manager), south),
        dana=UserFactory(username="dana", role=None, is_superuser=True, is_staff=True),
        fin=join(UserFactory(username="fin", role=clerk), north),
    )
