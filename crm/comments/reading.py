"""The comments on a record as one reader sees them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.safestring import SafeString

from crm.access.models import Record
from crm.access.registry import record_model_of
from crm.access.sight import subject_of
from crm.comments.markdown import rendered
from crm.comments.models import Comment, Emoji
from crm.comments.rights import may_comment, may_delete, may_edit
from crm.comments.statements import Place, Row, rows_of_threads, standing_of
from crm.listing.counting import capped
from crm.notifications.following import follows
from crm.pages.reading import fetch_record

PAGE_SIZE = 20
# Under a thread on the page of its record, and on a page of its own.
REPLIES_SHOWN, MOST_REPLIES = 30, 500


@dataclass(frozen=True)
class Answer:
    """One sign under a comment: who gave it."""

    emoji: Emoji
    names: list[str]
    is_mine: bool

    @property
    def count(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Said:
    """A comment with what this reader may do; the words of a deleted one are not in it."""

    comment: Comment
    markup: SafeString
    answers: list[Answer]
    is_new: bool = False
    may_answer: bool = False
    may_edit: bool = False
    may_delete: bool = False

    @property
    def is_deleted_by_author(self) -> bool:
        return self.comment.deleted_by_id == self.comment.author_id


@dataclass
class Thread:
    first: Said
    replies: list[Said] = field(default_factory=list)
    has_more_replies: bool = False

    @property
    def pk(self) -> UUID:
        return self.first.comment.pk


@dataclass(frozen=True)
class ThreadPage:
    """Threads, newest first; the next page begins before the one of the key `before`, None on the last."""

    threads: list[Thread]
    before: UUID | None

    @property
    def everything_said(self) -> list[Said]:
        return [said for thread in self.threads for said in (thread.first, *thread.replies)]

    @property
    def newest_at(self) -> datetime | None:
        return max((said.comment.created_at for said in self.everything_said), default=None)


@dataclass(frozen=True)
class Standing:
    """How the reader stands to the comments of a record; `total` is text, as "1,000+" when there are more."""

    read_at: datetime | None
    unread: int
    total: str
    is_following: bool = False


def record_named(label: str, key: UUID, reader: Any) -> Record:
    """The record that an address names. Raises Http404 out of the reader's sight, and where nobody comments."""
    model = record_model_of(label)
    if model is None or not model.IS_COMMENTABLE:
        raise Http404
    record: Record = fetch_record(model, key, reader=reader)[0]
    return record


def fetch_comment(pk: UUID, reader: Any) -> tuple[Comment, Record]:
    """A comment, deleted or not, and its record in the reader's sight. Raises Http404."""
    comment = Comment.objects.select_related("author", "deleted_by").filter(pk=pk).first()
    if comment is None:
        raise Http404
    return comment, record_named(comment.record_type, comment.record_id, reader)


def standing(record: Record, reader: Any) -> Standing:
    read_at, unread, total, is_muted = standing_of(subject_of(record), reader)
    return Standing(read_at, unread, capped(total), follows(record, reader, is_muted=is_muted))


def read_page(
    record: Record, reader: Any, *, before: UUID | None = None, read_at: datetime | None = None
) -> ThreadPage:
    """Threads of a record in the reader's sight; what others said after `read_at`, if given, is new to him."""
    place = Place("before", before) if before else Place()
    rows = rows_of_threads(subject_of(record), place, threads=PAGE_SIZE + 1, replies=REPLIES_SHOWN + 1)
    threads = _threads(rows, reader, read_at, most_replies=REPLIES_SHOWN)
    shown = threads[:PAGE_SIZE]
    return ThreadPage(shown, shown[-1].pk if len(threads) > PAGE_SIZE else None)


def read_thread(record: Record, reader: Any, root: UUID) -> Thread:
    """One thread with its newest replies, many of them. Raises Http404."""
    rows = rows_of_threads(subject_of(record), Place("only", root), threads=1, replies=MOST_REPLIES + 1)
    for thread in _threads(rows, reader, None, most_replies=MOST_REPLIES):
        return thread
    raise Http404


def said_by(comment: Comment, record: Record, reader: Any) -> Said:
    """One comment as it stands now. Raises Http404 when it is not shown any more."""
    thread = read_thread(record, reader, comment.thread_id)
    for said in (thread.first, *thread.replies):
        if said.comment.pk == comment.pk:
            return said
    raise Http404


def _threads(rows: Iterable[Row], reader: Any, read_at: datetime | None, *, most_replies: int) -> list[Thread]:
    threads: dict[UUID, Thread] = {}
    rows = list(rows)
    for row in rows:
        if row.comment.parent_id is None:
            threads[row.comment.pk] = Thread(_said(row, reader, read_at))
    for row in rows:
        if row.comment.parent_id is not None:
            threads[row.comment.parent_id].replies.append(_said(row, reader, read_at))
    for thread in threads.values():
        thread.has_more_replies = len(thread.replies) > most_replies
        thread.replies = thread.replies[-most_replies:]
    return sorted(threads.values(), key=lambda thread: thread.pk, reverse=True)


def _said(row: Row, reader: Any, read_at: datetime | None) -> Said:
    comment = row.comment
    if comment.is_deleted:
        comment.body = ""
        return Said(comment, SafeString(""), [])
    return Said(
        comment,
        rendered(comment.body, tuple(row.mentions)),
        _answers(row, reader),
        is_new=read_at is not None and comment.author_id != reader.pk and comment.created_at > read_at,
        may_answer=may_comment(reader),
        may_edit=may_edit(reader, comment),
        may_delete=may_delete(reader, comment),
    )


def _answers(row: Row, reader: Any) -> list[Answer]:
    given: dict[str, list[tuple[int, str]]] = {}
    for emoji, user_id, name in row.reactions:
        given.setdefault(emoji, []).append((user_id, name))
    return [
        Answer(emoji, [name for _pk, name in given[emoji]], reader.pk in {pk for pk, _name in given[emoji]})
        for emoji in Emoji
        if emoji in given
    ]
