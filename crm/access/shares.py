"""Explicit shares: one record given to one person or one team, beside what roles give."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.querysets import allowed_actions, team_share_model, user_share_model
from crm.access.rights import Action
from crm.history.reasons import shared_reason, withdrawn_reason
from crm.history.writing import CHANGED, record_versions
from crm.notifications.services import notify

# A holder has one of these: who may change a record sees it as well.
LEVELS = (Action.VIEW, Action.CHANGE)


class CannotBeSharedWith(ValidationError):
    """The person or the moment makes no share; says why."""


@transaction.atomic
def share(
    record: Record,
    *,
    action: Action,
    actor: Any,
    with_user: Any | None = None,
    with_team: Any | None = None,
    until: datetime | None = None,
) -> models.Model:
    """Let a person or the people of a team do this with the record; whatever is shared can also be seen.

    Ends at the moment `until`; None is for good. A share that is there gets the new end, and the level given last
    (view or change) is the one that holds. Leaves a version in the record's history. Raises PermissionDenied when the
    actor may not share this record, or may not do himself what he gives; CannotBeSharedWith.
    """
    stored = _lock_shareable(record, actor, giving=action)
    shares, holder = _table(record, with_user, with_team)
    _refuse_pointless(with_user, until, actor)
    replaced = [level for level in LEVELS if action in LEVELS and level != action]
    _delete(shares, holder, record, replaced)
    values = {"until": until, "given_by": actor, "given_at": timezone.now()}
    given, is_new = shares.objects.get_or_create(
        content_object=record, permission=_permission(record, action), defaults=values, **holder
    )
    if not is_new and given.until == until:
        return given  # type: ignore[no-any-return]
    if not is_new:
        shares.objects.filter(pk=given.pk).update(**values)
        given.refresh_from_db()
    reason = shared_reason(str(with_user or with_team), action=action.value, until=until)
    _leave_trace(stored, record, actor=actor, reason=reason)
    if is_new:
        notify("records.shared", record=stored, receivers=_people_of(with_user, with_team), actor=actor)
    return given  # type: ignore[no-any-return]


@transaction.atomic
def withdraw(
    record: Record, *, action: Action, actor: Any, with_user: Any | None = None, with_team: Any | None = None
) -> bool:
    """Take a share back, whoever gave it; False when there was none.

    Raises PermissionDenied when the actor may not share this record.
    """
    stored = _lock_shareable(record, actor)
    shares, holder = _table(record, with_user, with_team)
    if not _delete(shares, holder, record, [action]):
        return False
    reason = withdrawn_reason(str(with_user or with_team), action=action.value)
    _leave_trace(stored, record, actor=actor, reason=reason)
    return True


@dataclass(frozen=True)
class Given:
    """A share of a record as its page shows it; `holder` is a person or a team."""

    holder: Any
    is_team: bool
    action: Action
    until: datetime | None
    given_by: Any
    given_at: datetime

    @property
    def key(self) -> str:
        return holder_key(self.holder, is_team=self.is_team)

    @property
    def has_ended(self) -> bool:
        return self.until is not None and self.until <= timezone.now()

    @property
    def is_of_inactive(self) -> bool:
        return not self.is_team and not self.holder.is_active

    @property
    def is_level(self) -> bool:
        return self.action in LEVELS


def holder_key(holder: Any, *, is_team: bool) -> str:
    """How forms name a holder: "team-3", "user-12"."""
    return f"{'team' if is_team else 'user'}-{holder.pk}"


def shares_of(record: Record) -> list[Given]:
    """Every share of the record, ended ones and those of inactive people too, at two queries: teams, then people."""
    related = ("permission", "given_by")
    of_teams = team_share_model(type(record)).objects.filter(content_object=record)
    of_people = user_share_model(type(record)).objects.filter(content_object=record)
    found = [_given(row, row.group.team, True) for row in of_teams.select_related("group__team", *related)]
    found += [_given(row, row.user, False) for row in of_people.select_related("user", *related)]
    return sorted(found, key=lambda given: (not given.is_team, str(given.holder).casefold(), given.action))


def _given(row: Any, holder: Any, is_team: bool) -> Given:
    action = Action(row.permission.codename.partition("_")[0])
    return Given(holder, is_team, action, row.until, row.given_by, row.given_at)


def _lock_shareable(record: Record, actor: Any, giving: Action | None = None) -> Any:
    # Read anew: the instance may hold an owner or a team that nobody has stored.
    stored: Any = type(record).objects.alive().select_for_update().filter(pk=record.pk).first()
    actions = allowed_actions(stored, actor) if stored else frozenset()
    needed = {Action.SHARE} if giving is None else {Action.SHARE, giving}
    if not needed <= actions or giving == Action.ADD:
        raise PermissionDenied
    return stored


def _refuse_pointless(user: Any | None, until: datetime | None, actor: Any) -> None:
    if user is not None and user.pk == actor.pk:
        # It would outlive the role or the team by which he sees the record now.
        raise CannotBeSharedWith(_("You cannot share with yourself."))
    if user is not None and not get_user_model()._default_manager.filter(pk=user.pk, is_active=True).exists():
        raise CannotBeSharedWith(_("This person does not work here any more."))
    if until is not None and until <= timezone.now():
        raise CannotBeSharedWith(_("This end lies in the past."))


def _table(record: Record, user: Any | None, team: Any | None) -> tuple[Any, dict[str, Any]]:
    """The model that keeps the share, and the fields that name its holder. Raises ValueError unless there is one."""
    if (user is None) == (team is None):
        raise ValueError("Share with one person or with one team.")
    if team is None:
        return user_share_model(type(record)), {"user": user}
    return team_share_model(type(record)), {"group_id": team.group_id}


def _people_of(user: Any | None, team: Any | None) -> list[int]:
    """Primary keys of those who hold a share."""
    if team is None:
        return [user.pk] if user else []
    return list(team.memberships.values_list("user_id", flat=True))


def _delete(shares: Any, holder: dict[str, Any], record: Record, actions: Collection[Action]) -> bool:
    names = [f"{action.value}_{record._meta.model_name}" for action in actions]
    deleted, _each = shares.objects.filter(content_object=record, permission__codename__in=names, **holder).delete()
    return bool(deleted)


def _permission(record: Record, action: Action) -> Permission:
    meta = record._meta
    return Permission.objects.get(
        content_type__app_label=meta.app_label,
        content_type__model=meta.model_name,
        codename=f"{action.value}_{meta.model_name}",
    )


def _leave_trace(stored: Any, record: Record, *, actor: Any, reason: str) -> None:
    """A version of its own; `updated_at` stays, since nothing in the record was changed."""
    if record.version == stored.version:
        record.version += 1
    stored.version += 1
    stored.skip_history_when_saving = True
    stored.save(update_fields=["version"])
    record_versions(type(stored), [stored.pk], actor=actor, kind=CHANGED, reason=reason)
