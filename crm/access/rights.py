"""What a user may do, as plain values: the contract between shared code and the app that keeps roles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    AnyUser = AbstractBaseUser | AnonymousUser


class Action(models.TextChoices):
    VIEW = "view", _("View")
    ADD = "add", pgettext_lazy("right", "Add")
    CHANGE = "change", _("Change")
    DELETE = "delete", pgettext_lazy("right", "Delete")
    EXPORT = "export", _("Export")
    ASSIGN = "assign", _("Assign")
    SHARE = "share", _("Share")


class Scope(models.IntegerChoices):
    """How far a grant reaches; a higher value reaches everything that a lower one does."""

    NONE = 0, _("None")
    OWN = 1, _("Own")
    TEAM = 2, _("Team")
    TEAM_AND_BELOW = 3, _("Team and below")
    ALL = 4, _("All")


class FieldAccess(models.TextChoices):
    HIDDEN = "hidden", _("Hidden")
    READ_ONLY = "read_only", _("Read-only")


@dataclass(frozen=True)
class Rights:
    """The grants, field rules and teams of one user.

    `grants` maps (record type, action) to a scope, `field_rules` a record type to its ruled fields;
    record types are model labels such as "clients.client". `below_ids` holds the user's teams and all under them.
    """

    is_unlimited: bool = False
    grants: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    field_rules: Mapping[str, Mapping[str, FieldAccess]] = field(default_factory=dict)
    team_ids: frozenset[int] = frozenset()
    below_ids: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()

    def scope(self, model: type[models.Model], action: Action) -> Scope:
        if self.is_unlimited:
            return Scope.ALL
        return self.grants.get((model._meta.label_lower, action.value), Scope.NONE)

    def rules(self, model: type[models.Model]) -> Mapping[str, FieldAccess]:
        if self.is_unlimited:
            return {}
        return _with_followers(model._meta.label_lower, self.field_rules)

    def reached_team_ids(self, scope: Scope) -> frozenset[int]:
        """Teams whose records the scope covers; empty for none, own and all."""
        if scope == Scope.TEAM:
            return self.team_ids
        if scope == Scope.TEAM_AND_BELOW:
            return self.below_ids
        return frozenset()


@dataclass(frozen=True)
class _Follower:
    """A rule on one field that follows from a rule on another."""

    record_type: str
    name: str
    access: FieldAccess
    followed_type: str
    followed_name: str
    followed_access: FieldAccess


_followers: dict[str, list[_Follower]] = {}


def let_rule_follow(follower: tuple[str, str, FieldAccess], *, of: tuple[str, str, FieldAccess]) -> None:
    """Called at start-up: whoever has the rule `of` has this one too, unless his role says something stricter.

    Each is (record type, field, access), as ("projects.deal", "lines", FieldAccess.READ_ONLY): what is counted from
    a value that somebody must not see or write is out of his reach as well. Only rules of the role are followed,
    not those that follow themselves.
    """
    record_type, name, access = follower
    rule = _Follower(record_type, name, access, *of)
    if rule not in _followers.setdefault(record_type, []):
        _followers[record_type].append(rule)


def _with_followers(record_type: str, rules: Mapping[str, Mapping[str, FieldAccess]]) -> Mapping[str, FieldAccess]:
    own = rules.get(record_type, {})
    found = {
        follower.name: follower.access
        for follower in sorted(_followers.get(record_type, ()), key=lambda each: each.access == FieldAccess.HIDDEN)
        if rules.get(follower.followed_type, {}).get(follower.followed_name) == follower.followed_access
        and own.get(follower.name) != FieldAccess.HIDDEN
    }
    return {**own, **found} if found else own


_NOTHING: frozenset[str] = frozenset()
NO_RIGHTS = Rights()
UNLIMITED = Rights(is_unlimited=True)
RightsSource = Callable[[Any], Rights]
_sources: list[RightsSource] = []


def register_rights_source(source: RightsSource) -> None:
    """Called once at start-up by the app that keeps roles and teams."""
    _sources[:] = [source]


def rights_of(user: "AnyUser | None") -> Rights:
    """The rights of a user, loaded once for each user instance (a request has its own).

    Signed-out and deactivated people have none; superusers have all.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return NO_RIGHTS
    known: Rights | None = getattr(user, "_rights", None)
    if known is None:
        known = UNLIMITED if getattr(user, "is_superuser", False) else _load(user)
        user._rights = known  # type: ignore[attr-defined]
    return known


def keep_rights(user: "AnyUser", rights: Rights) -> None:
    """For those who load a person together with his rights: what `rights_of` answers for this instance."""
    user._rights = rights  # type: ignore[union-attr]


def forget_rights(user: "AnyUser") -> None:
    """Drop what a long-lived user instance (a job, a test) has loaded, after its role or teams changed."""
    if hasattr(user, "_rights"):
        del user._rights


def may(user: "AnyUser | None", action: Action, model: type[models.Model]) -> bool:
    """Whether the role allows the action on at least some records of the type."""
    return rights_of(user).scope(model, action) > Scope.NONE


def hidden_fields(user: "AnyUser | None", model: type[models.Model]) -> frozenset[str]:
    """Names of fields and parts that this user must not see, find, sort or filter by.

    A rule on what titles the record (its NEVER_HIDDEN) locks it and no more: names stand on too many surfaces.
    """
    rules = rights_of(user).rules(model)
    if not rules:
        return _NOTHING
    never: frozenset[str] = getattr(model, "NEVER_HIDDEN", _NOTHING)
    return frozenset(name for name, access in rules.items() if access == FieldAccess.HIDDEN and name not in never)


def locked_fields(user: "AnyUser | None", model: type[models.Model]) -> frozenset[str]:
    """Names of fields and parts that this user must not write: the hidden and the read-only ones."""
    return frozenset(rights_of(user).rules(model))


def _load(user: Any) -> Rights:
    if not _sources:
        raise ImproperlyConfigured("No app registered a source of rights.")
    return _sources[0](user)
