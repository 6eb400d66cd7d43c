"""Explicit shares: one record given to one person or one team, beside what roles give."""

from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from crm.access.models import Record
from crm.access.querysets import allowed_actions, team_share_model, user_share_model
from crm.access.rights import Action


@transaction.atomic
def share(
    record: Record, *, action: Action, actor: Any, with_user: Any | None = None, with_team: Any | None = None
) -> models.Model:
    """Let a person or the people of a team do this with the record; whatever is shared can also be seen.

    Returns the share, the present one when there is one already. Raises PermissionDenied when the actor may not
    share this record, or may not do himself what he gives.
    """
    _refuse_unless_his_to_give(record, action, actor)
    shares, holder = _table(record, with_user, with_team)
    given, _ = shares.objects.get_or_create(content_object=record, permission=_permission(record, action), **holder)
    return given  # type: ignore[no-any-return]


@transaction.atomic
def withdraw(
    record: Record, *, action: Action, actor: Any, with_user: Any | None = None, with_team: Any | None = None
) -> bool:
    """Take a share back; False when there was none. Raises PermissionDenied as sharing does."""
    _refuse_unless_his_to_give(record, action, actor)
    shares, holder = _table(record, with_user, with_team)
    withdrawn, _ = shares.objects.filter(
        content_object=record, permission=_permission(record, action), **holder
    ).delete()
    return bool(withdrawn)


def _refuse_unless_his_to_give(record: Record, action: Action, actor: Any) -> None:
    # Read anew: the instance may hold an owner or a team that nobody has stored.
    stored = type(record).objects.shareable_by(actor).filter(pk=record.pk).first()
    if stored is None or action == Action.ADD or action not in allowed_actions(stored, actor):
        raise PermissionDenied


def _table(record: Record, user: Any | None, team: Any | None) -> tuple[Any, dict[str, Any]]:
    """The model that keeps the share, and the fields that name its holder. Raises ValueError unless there is one."""
    if (user is None) == (team is None):
        raise ValueError("Share with one person or with one team.")
    if team is None:
        return user_share_model(type(record)), {"user": user}
    return team_share_model(type(record)), {"group_id": team.group_id}


def _permission(record: Record, action: Action) -> Permission:
    meta = record._meta
    return Permission.objects.get(
        content_type__app_label=meta.app_label,
        content_type__model=meta.model_name,
        codename=f"{action.value}_{meta.model_name}",
    )
