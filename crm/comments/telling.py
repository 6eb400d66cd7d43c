"""Who hears of a comment, and where it is told: followers, notifications, the timeline of its record."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from crm.access.models import Record
from crm.comments.markdown import plain_text
from crm.comments.models import Comment
from crm.notifications import following
from crm.notifications.models import Notification
from crm.notifications.services import notify
from crm.timeline import writing as timeline

EVENT = "comments.comment"
MENTION, REPLY, COMMENT = "comments.mention", "comments.reply", "comments.comment"


def source_of(comment: Comment) -> tuple[str, Any]:
    return comment._meta.label_lower, comment.pk


def tell_new(comment: Comment, record: Record, *, mentioned: Collection[Any]) -> None:
    """Each person is told once, by the strongest reason that he has."""
    named = {person.pk for person in mentioned}
    in_thread = _people_in_thread(comment) - named
    followers = following.followers_of(record) - named - in_thread
    for kind, receivers in ((MENTION, named), (REPLY, in_thread), (COMMENT, followers)):
        _notify(kind, comment, record, receivers)
    _let_follow(record, [comment.author, *mentioned])
    put_on_timeline(comment, record)


def tell_edited(comment: Comment, record: Record, *, mentioned: Collection[Any]) -> None:
    """Only who is named for the first time hears of it."""
    _notify(MENTION, comment, record, {person.pk for person in mentioned})
    _let_follow(record, mentioned)
    timeline.revise(source_of(comment), text=plain_text(comment.body))


def put_on_timeline(comment: Comment, record: Record) -> None:
    timeline.record(
        EVENT,
        record,
        actor=comment.author,
        at=comment.created_at,
        text=plain_text(comment.body),
        source=source_of(comment),
    )


def tell_deleted(comment: Comment) -> None:
    """Off the timeline; and nobody's bell counts any longer what it cannot show him."""
    timeline.forget(source_of(comment))
    _notices(comment).filter(read_at=None).update(read_at=comment.deleted_at)


def tell_restored(comment: Comment, record: Record, *, deleted_at: datetime | None) -> None:
    """Back on the timeline; those who had not read of it when it was deleted may read of it now."""
    put_on_timeline(comment, record)
    _notices(comment).filter(read_at=deleted_at).update(read_at=None)


def _notices(comment: Comment) -> Any:
    source_type, source_id = source_of(comment)
    return Notification.objects.filter(source_type=source_type, source_id=source_id)


def _notify(kind: str, comment: Comment, record: Record, receivers: Collection[int]) -> None:
    others = set(receivers) - {comment.author_id}
    if others:
        notify(kind, record=record, receivers=others, actor=comment.author, source=source_of(comment))


def _people_in_thread(comment: Comment) -> set[int]:
    """Who wrote in it before; nobody for the first comment of a thread."""
    if comment.parent_id is None:
        return set()
    replies = Comment.objects.filter(parent_id=comment.parent_id, deleted_at=None).exclude(pk=comment.pk)
    first = Comment.objects.filter(pk=comment.parent_id, deleted_at=None)
    return {*first.values_list("author_id", flat=True), *replies.values_list("author_id", flat=True)}


def _let_follow(record: Record, people: Collection[Any]) -> None:
    for person in people:
        following.take_part(record, person)
