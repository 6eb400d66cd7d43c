"""What a role may hold, and who may make it and hand it out."""

from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from crm.access.registry import managed_type_of, record_model_of
from crm.access.rights import Action, FieldAccess, Scope, may, rights_of
from teams.models import FieldRule, Grant, Role, User
from teams.selectors.roles import type_label


class NotTheirsToGive(PermissionDenied):
    """A role that outranks its giver, or that holds a right which its giver lacks."""


class StaleRole(Exception):
    """Somebody saved the role since it was read."""

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this role while you were editing it. Open it again to see what changed."))


class RoleStillUsed(Exception):
    """`reasons` are sentences for the actor."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


def refuse_unless_theirs_to_give(role: Role, *, actor: User) -> None:
    """Roles are made and handed out only below one's own rank, with no right that one lacks oneself.

    Superusers stand above every rank. Raises NotTheirsToGive with a sentence for the actor.
    """
    if actor.is_superuser and actor.is_active:
        return
    own = actor.role
    if own is None or not actor.is_active or role.rank >= own.rank:
        raise NotTheirsToGive(_("The role “%(role)s” is not of a lower rank than your own.") % {"role": role})
    _refuse_lacking(role.grants.all(), actor)
    _refuse_opening(role, actor)


def _refuse_lacking(grants: Collection[Grant], actor: User) -> None:
    rights = rights_of(actor)
    for grant in grants:
        if grant.scope > rights.grants.get((grant.record_type, grant.action), Scope.NONE):
            raise NotTheirsToGive(_("You lack this right yourself: %(right)s") % {"right": told(grant)})


def _refuse_opening(role: Role, actor: User) -> None:
    given = {(rule.record_type, rule.field): FieldAccess(rule.access) for rule in role.field_rules.all()}
    for record_type, rules in rights_of(actor).field_rules.items():
        for name, access in rules.items():
            if given.get((record_type, name)) not in closed_enough(record_type, name, access):
                raise NotTheirsToGive(_("The role opens a field that is closed to you: %(field)s") % {"field": name})


def closed_enough(record_type: str, name: str, own: FieldAccess) -> tuple[FieldAccess, ...]:
    """What somebody may give to whom the field is closed like this: the same or less.

    What titles a record is never hidden, so for it read-only is the least.
    """
    if name in _never_hidden(record_type):
        return (FieldAccess.READ_ONLY,)
    return (FieldAccess.HIDDEN,) if own == FieldAccess.HIDDEN else (FieldAccess.READ_ONLY, FieldAccess.HIDDEN)


def refuse_unless_may(actor: User, action: Action) -> None:
    """Raises PermissionDenied for who has no such right on roles."""
    if not may(actor, action, Role):
        raise PermissionDenied(_("You may not do this with roles."))


def refuse_unless_deletable(role: Role, *, actor: User) -> None:
    """Raises PermissionDenied, NotTheirsToGive, RoleStillUsed."""
    refuse_unless_may(actor, Action.DELETE)
    refuse_unless_theirs_to_give(role, actor=actor)
    reasons = uses_of(role)
    if reasons:
        raise RoleStillUsed(reasons)


def uses_of(role: Role) -> list[str]:
    """Why the role cannot go, in sentences."""
    is_held = role.users.exists()
    is_promised = any(invitation.is_open for invitation in role.invitations.filter(accepted_at=None, revoked_at=None))
    uses = (
        (is_held, _("Somebody has this role, perhaps a colleague who left: give them another one first.")),
        (is_promised, _("Somebody is invited with this role: wait for the answer, or withdraw the invitation.")),
    )
    return [sentence for is_so, sentence in uses if is_so]


def refuse_loosening(role: Role, stored: Role, *, actor: User) -> None:
    """The second factor is switched off only by who is not bound to it himself. Raises NotTheirsToGive."""
    if actor.is_superuser or role.needs_second_factor or not stored.needs_second_factor:
        return
    if actor.role is not None and actor.role.needs_second_factor:
        raise NotTheirsToGive(_("Who signs in with a second factor does not switch it off for others."))


# What a role can hold


def checked_grants(grants: Collection[Grant]) -> list[Grant]:
    """The grants that give something. Raises ValidationError for a type, action or scope that does not exist."""
    for grant in grants:
        if grant.scope not in _scopes(grant.record_type, grant.action):
            raise ValidationError(_("There is no such right: %(right)s") % {"right": told(grant)})
    _refuse_twice([(grant.record_type, grant.action) for grant in grants])
    return [grant for grant in grants if grant.scope != Scope.NONE]


def checked_rules(rules: Collection[FieldRule]) -> list[FieldRule]:
    """Raises ValidationError for a field that does not exist, or that cannot be closed in this way."""
    for rule in rules:
        if rule.access not in dict(ruled_fields(rule.record_type)).get(rule.field, ()):
            named = f"{rule.record_type}.{rule.field}"
            raise ValidationError(_("There is no such field to close: %(field)s") % {"field": named})
    _refuse_twice([(rule.record_type, rule.field) for rule in rules])
    return list(rules)


def ruled_fields(record_type: str) -> list[tuple[str, tuple[FieldAccess, ...]]]:
    """Fields and parts of a record type, each with the ways in which a role can close it."""
    model = record_model_of(record_type)
    if model is None or model._meta.label_lower != record_type:
        return []
    both = (FieldAccess.READ_ONLY, FieldAccess.HIDDEN)
    never = _never_hidden(record_type)
    return [(name, both[:1] if name in never else both) for name, _label in model.ruled_fields()]


def _never_hidden(record_type: str) -> frozenset[str]:
    return getattr(record_model_of(record_type), "NEVER_HIDDEN", frozenset())


def _scopes(record_type: str, action: str) -> Collection[int]:
    if record_type != record_type.lower() or action not in Action.values:
        return ()
    managed = managed_type_of(record_type)
    if managed is not None:
        return managed.scopes.get(Action(action), ())
    return Scope.values if record_model_of(record_type) is not None else ()


def _refuse_twice(keys: Sequence[tuple[str, str]]) -> None:
    if len(set(keys)) < len(keys):
        raise ValidationError(_("The same right or field stands here twice."))


def told(grant: Grant) -> str:
    """A grant in words: "Clients · Export · All"."""
    action = dict(Action.choices).get(grant.action, grant.action)
    scope = dict(Scope.choices).get(grant.scope, grant.scope)
    return f"{type_label(grant.record_type)} · {action} · {scope}"
