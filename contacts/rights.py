"""Who may log, edit and delete interactions: by the role, on records in sight."""

from typing import Any

from contacts.models import Interaction
from crm.access.registry import register_managed
from crm.access.rights import Action, Scope, rights_of

# Add is to log on every record in sight; change and delete reach what one logged oneself, or all that is in sight.
_OWN_OR_ALL = (Scope.NONE, Scope.OWN, Scope.ALL)
GRANTED = {Action.ADD: (Scope.NONE, Scope.ALL), Action.CHANGE: _OWN_OR_ALL, Action.DELETE: _OWN_OR_ALL}


def register_rights() -> None:
    register_managed(Interaction, GRANTED)


def may_log(user: Any) -> bool:
    return rights_of(user).scope(Interaction, Action.ADD) == Scope.ALL


def may_touch(user: Any, interaction: Interaction, action: Action) -> bool:
    """Whether the role lets him change or delete it; that he sees it is another question."""
    scope = rights_of(user).scope(Interaction, action)
    return scope == Scope.ALL or (scope == Scope.OWN and interaction.author_id == user.pk)


def may_restore(user: Any, interaction: Interaction) -> bool:
    """An author brings back what he deleted himself, not what was taken away by somebody else."""
    if not may_touch(user, interaction, Action.DELETE):
        return False
    if rights_of(user).scope(Interaction, Action.DELETE) == Scope.ALL:
        return True
    last = Interaction.history.filter(id=interaction.pk, version=interaction.version, history_user=user.pk)
    return bool(last.exists())
