"""Every write to comments. Whoever acts must see the record, which is judged anew each time."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.models import Record
from crm.access.sight import seen_records, subject_of
from crm.comments import telling
from crm.comments.mentions import people_named_in, refuse_blind
from crm.comments.models import LONGEST_BODY, Comment, CommentMention, Emoji, Reaction, ReadMark
from crm.comments.rights import may_comment, may_delete, may_edit, may_restore
from crm.history.writing import CHANGED, CREATED, record_versions


class StaleComment(Exception):
    """The comment was edited since it was read; `current` is how it stands now."""

    def __init__(self, current: Comment) -> None:
        super().__init__(_("This comment was edited meanwhile."))
        self.current = current


@transaction.atomic
def add_comment(record: Record, body: str, *, actor: Any, parent: Comment | None = None) -> Comment:
    """Comment on a record, or reply: to a reply goes to the thread that it stands in.

    Raises PermissionDenied, and ValidationError for a text that is empty, too long, or names who may not see the
    record.
    """
    label, key = subject_of(record)
    record = _record_in_sight(label, key, actor)
    if not may_comment(actor) or not record.IS_COMMENTABLE:
        raise PermissionDenied
    body = checked_body(body)
    people = _named_in(body, record)
    comment = Comment(record_type=label, record_id=key, author=actor, body=body, parent=_first_of_thread(parent, key))
    comment.save(force_insert=True)
    _name(comment, people)
    record_versions(Comment, [comment.pk], actor=actor, kind=CREATED)
    telling.tell_new(comment, record, mentioned=list(people.values()))
    return comment


@transaction.atomic
def edit_comment(comment: Comment, body: str, *, actor: Any) -> Comment:
    """Change the words of one's own comment; `comment.version` is the version that the change was based on.

    Raises StaleComment, PermissionDenied, and ValidationError as `add_comment`; who was named before may stay.
    """
    record, current = _locked(comment, actor)
    if current.is_deleted or not may_edit(actor, current):
        raise PermissionDenied
    if current.version != comment.version:
        raise StaleComment(current)
    named = set(current.mentions.values_list("user_id", flat=True))
    body = checked_body(body)
    people = _named_in(body, record, known=named)
    if body == current.body:
        return current
    current.body, current.edited_at = body, timezone.now()
    _store(current, ["body", "edited_at"], actor=actor)
    current.mentions.all().delete()
    _name(current, people)
    telling.tell_edited(current, record, mentioned=[one for one in people.values() if one.pk not in named])
    return current


@transaction.atomic
def delete_comment(comment: Comment, *, actor: Any) -> Comment:
    """Take the words away; who deletes them may bring them back. Deleting twice does nothing more.

    Raises PermissionDenied.
    """
    _record, current = _locked(comment, actor)
    if not may_delete(actor, current):
        raise PermissionDenied
    if current.is_deleted:
        return current
    current.deleted_at, current.deleted_by = timezone.now(), actor
    _store(current, ["deleted_at", "deleted_by"], actor=actor, reason=gettext_noop("Deleted"))
    telling.tell_deleted(current)
    return current


@transaction.atomic
def restore_comment(comment: Comment, *, actor: Any) -> Comment:
    """Bring back what was deleted; nobody is told of it anew. Raises PermissionDenied."""
    record, current = _locked(comment, actor)
    if not current.is_deleted:
        return current
    if not may_restore(actor, current):
        raise PermissionDenied
    deleted_at = current.deleted_at
    current.deleted_at = current.deleted_by = None
    _store(current, ["deleted_at", "deleted_by"], actor=actor, reason=gettext_noop("Restored"))
    telling.tell_restored(current, record, deleted_at=deleted_at)
    return current


@transaction.atomic
def react(comment: Comment, emoji: Emoji, *, actor: Any) -> None:
    """Answer with a sign, or take it back when the actor gave it before. Raises PermissionDenied."""
    _record, current = _locked(comment, actor)
    if current.is_deleted or not may_comment(actor):
        raise PermissionDenied
    reaction, is_new = Reaction.objects.get_or_create(comment=current, user=actor, emoji=emoji)
    if not is_new:
        reaction.delete()


def mark_read(record: Record, *, reader: Any, until: datetime) -> None:
    """The reader has seen the comments up to this moment; the mark never goes back."""
    label, key = subject_of(record)
    until = min(until, timezone.now())
    ReadMark.objects.bulk_create(
        [ReadMark(user=reader, record_type=label, record_id=key, read_at=until)], ignore_conflicts=True
    )
    marks = ReadMark.objects.filter(user=reader, record_type=label, record_id=key, read_at__lt=until)
    marks.update(read_at=Greatest("read_at", until))


def checked_body(body: str) -> str:
    """The text as it is kept. Raises ValidationError for one that is empty or too long."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise ValidationError(_("Write something first."))
    if len(body) > LONGEST_BODY:
        words = _("A comment has at most %(most)s characters; this one has %(count)s.")
        raise ValidationError(words % {"most": LONGEST_BODY, "count": len(body)})
    return body


def _named_in(body: str, record: Record, *, known: Collection[int] = ()) -> dict[str, Any]:
    """The people that the text names. Raises NotInTheirSight for one not `known` before who may not see the record."""
    people = people_named_in(body)
    refuse_blind([person for person in people.values() if person.pk not in known], record)
    return people


def _record_in_sight(label: str, key: Any, actor: Any) -> Record:
    """Raises PermissionDenied."""
    record: Record | None = seen_records(actor, [(label, key)]).get((label, key))
    if record is None:
        raise PermissionDenied
    return record


def _locked(comment: Comment, actor: Any) -> tuple[Record, Comment]:
    """The record, and the stored comment locked for this transaction. Raises PermissionDenied."""
    record = _record_in_sight(comment.record_type, comment.record_id, actor)
    return record, Comment.objects.select_for_update(of=("self",)).select_related("author").get(pk=comment.pk)


def _first_of_thread(parent: Comment | None, record_id: Any) -> Comment | None:
    """Raises PermissionDenied for a thread on another record."""
    if parent is None:
        return None
    if parent.record_id != record_id:
        raise PermissionDenied
    return parent.parent or parent


def _name(comment: Comment, people: Mapping[str, Any]) -> None:
    rows = [CommentMention(comment=comment, user=person, name=name) for name, person in people.items()]
    CommentMention.objects.bulk_create(rows)


def _store(comment: Comment, names: list[str], *, actor: Any, reason: str = "") -> None:
    comment.version += 1
    comment.save(update_fields=[*names, "version"])
    record_versions(Comment, [comment.pk], actor=actor, kind=CHANGED, reason=reason)
