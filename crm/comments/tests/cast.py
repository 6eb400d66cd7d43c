"""People who may comment, for tests."""

from crm.access.rights import Action, Scope
from crm.comments.models import Comment
from crm.comments.rights import SCOPES
from crm.comments.services import add_comment
from teams.models import Grant, Role
from teams.tests.factories import Cast, make_cast


def grant_comments(role: Role, scopes: dict[Action, Scope] | None = None) -> None:
    """The widest that a role of the company has: to comment, and to edit and delete one's own; or these."""
    own = {Action.ADD: Scope.ALL, Action.CHANGE: Scope.OWN, Action.DELETE: Scope.OWN}
    for action, scope in (scopes or own).items():
        assert scope in SCOPES[action]
        values = {"role": role, "record_type": Comment._meta.label_lower, "action": action}
        Grant.objects.update_or_create(**values, defaults={"scope": scope})


def make_commenting_cast() -> Cast:
    """All of the cast may comment on what they see."""
    cast = make_cast()
    for person in (cast.ann, cast.fin):
        grant_comments(person.role)
    return cast


def comment_of(person: object, record: object, body: str = "Kestrel", parent: Comment | None = None) -> Comment:
    return add_comment(record, body, actor=person, parent=parent)
