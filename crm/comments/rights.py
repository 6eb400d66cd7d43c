"""Who may write, edit and delete comments on records in his sight.

Words stay those of their author: nobody edits another's, whatever his role. Some may delete them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm.access.rights import Action, Scope, may, rights_of
from crm.comments.models import Comment

if TYPE_CHECKING:
    from crm.access.rights import AnyUser

SCOPES: Mapping[Action, tuple[Scope, ...]] = {
    Action.ADD: (Scope.NONE, Scope.ALL),
    Action.CHANGE: (Scope.NONE, Scope.OWN),
    Action.DELETE: (Scope.NONE, Scope.OWN, Scope.ALL),
}


def may_comment(user: "AnyUser | None") -> bool:
    """To comment, to reply and to react."""
    return may(user, Action.ADD, Comment)


def may_edit(user: "AnyUser | None", comment: Comment) -> bool:
    return user is not None and comment.author_id == user.pk and may(user, Action.CHANGE, Comment)


def may_delete(user: "AnyUser | None", comment: Comment) -> bool:
    if user is None:
        return False
    scope = rights_of(user).scope(Comment, Action.DELETE)
    return scope == Scope.ALL or (scope >= Scope.OWN and comment.author_id == user.pk)


def may_restore(user: "AnyUser | None", comment: Comment) -> bool:
    """An author brings back what he deleted himself, not what was taken from the record by somebody else."""
    is_moderator = rights_of(user).scope(Comment, Action.DELETE) == Scope.ALL
    return may_delete(user, comment) and (is_moderator or (user is not None and comment.deleted_by_id == user.pk))
