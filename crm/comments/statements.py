"""The two statements of the comments on a record, as text: threads with all that goes with them, and what is unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from crm.access.sight import Subject
from crm.comments.models import Comment, CommentMention, Reaction, ReadMark
from crm.listing.counting import COUNT_CAP
from crm.notifications.models import Following
from crm.pages.rows import Kind, columns_of, instances_of, rows_of_query

_PERSON = get_user_model()
_PERSON_COLUMNS = columns_of(_PERSON, "id", "username", "first_name", "last_name", "picture", "is_active")
_KINDS: list[Kind] = [
    (Comment, columns_of(Comment)),
    (_PERSON, _PERSON_COLUMNS),
    (_PERSON, _PERSON_COLUMNS),
]
# More than anybody reads one by one.
_MOST_UNREAD = 99

# The texts below are made of names of tables and columns, never of values. Whether a deleted comment has replies is
# asked with LIMIT: for EXISTS beside an OR PostgreSQL would read the replies of all records into a hash.
_COMMENT, _USER = Comment._meta.db_table, _PERSON._meta.db_table
_COLUMNS = ", ".join(
    f"{alias}.{name}"
    for alias, (_model, names) in zip(("comment", "author", "deleter"), _KINDS, strict=True)
    for name in names
)
_THREADS = f"""
    WITH first AS (
        SELECT id FROM {_COMMENT} root
        WHERE record_id = %(key)s AND record_type = %(label)s AND parent_id IS NULL AND {{place}}
            AND (deleted_at IS NULL OR (
                SELECT TRUE FROM {_COMMENT} reply WHERE reply.parent_id = root.id AND reply.deleted_at IS NULL LIMIT 1
            ))
        ORDER BY id DESC LIMIT %(threads)s
    ),
    shown AS (
        SELECT id FROM first
        UNION ALL
        SELECT reply.id FROM first CROSS JOIN LATERAL (
            SELECT id FROM {_COMMENT} WHERE parent_id = first.id AND deleted_at IS NULL
            ORDER BY id DESC LIMIT %(replies)s
        ) reply
    )
    SELECT {_COLUMNS},
        (SELECT json_agg(json_build_array(mention.name, mention.user_id) ORDER BY mention.id)
            FROM {CommentMention._meta.db_table} mention WHERE mention.comment_id = comment.id),
        (SELECT json_agg(json_build_array(
                reaction.emoji, person.id,
                COALESCE(NULLIF(TRIM(person.first_name || ' ' || person.last_name), ''), person.username)
            ) ORDER BY reaction.id)
            FROM {Reaction._meta.db_table} reaction JOIN {_USER} person ON person.id = reaction.user_id
            WHERE reaction.comment_id = comment.id)
    FROM shown JOIN {_COMMENT} comment ON comment.id = shown.id
    JOIN {_USER} author ON author.id = comment.author_id
    LEFT JOIN {_USER} deleter ON deleter.id = comment.deleted_by_id
    ORDER BY comment.id
"""  # noqa: S608
_PLACES = {"all": "TRUE", "before": "id < %(at)s", "only": "id = %(at)s"}
_OF_RECORD = f"FROM {_COMMENT} WHERE record_id = %(key)s AND record_type = %(label)s AND deleted_at IS NULL"
_STANDING = f"""
    SELECT mark.read_at,
        (SELECT COUNT(*) FROM (SELECT {_OF_RECORD} AND author_id <> %(reader)s
            AND created_at > COALESCE(mark.read_at, '-infinity') LIMIT {_MOST_UNREAD + 1}) unread),
        (SELECT COUNT(*) FROM (SELECT {_OF_RECORD} LIMIT {COUNT_CAP + 1}) every),
        (SELECT is_muted FROM {Following._meta.db_table}
            WHERE record_id = %(key)s AND record_type = %(label)s AND user_id = %(reader)s)
    FROM (SELECT) one LEFT JOIN {ReadMark._meta.db_table} mark
        ON mark.user_id = %(reader)s AND mark.record_id = %(key)s AND mark.record_type = %(label)s
"""  # noqa: S608


@dataclass(frozen=True)
class Row:
    """A comment with its author and deleter set; `mentions` and `reactions` as the statement gives them."""

    comment: Comment
    mentions: Sequence[tuple[str, int]]
    reactions: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class Place:
    """Which threads: the newest, those before the one of a key, or that one only."""

    how: str = "all"
    at: UUID | None = None


def rows_of_threads(subject: Subject, place: Place, *, threads: int, replies: int) -> list[Row]:
    """The comments of the newest threads there, oldest first; of each thread the first one and its newest replies."""
    label, key = subject
    values = {"label": label, "key": key, "at": place.at, "threads": threads, "replies": replies}
    return [_row(row) for row in rows_of_query(_THREADS.format(place=_PLACES[place.how]), values)]


def standing_of(subject: Subject, reader: Any) -> tuple[datetime | None, int, int, bool | None]:
    """Until when the reader has read, how many comments of others came since, and how many there are; both capped.

    And what he said of following the record: that he does not want to hear of it, that he does, or nothing.
    """
    label, key = subject
    ((read_at, unread, total, is_muted),) = rows_of_query(_STANDING, {"label": label, "key": key, "reader": reader.pk})
    return read_at, min(unread, _MOST_UNREAD), total, is_muted


def _row(row: tuple[Any, ...]) -> Row:
    comment, author, deleter = instances_of(row[:-2], _KINDS)
    for name, person in (("author", author), ("deleted_by", deleter)):
        comment._meta.get_field(name).set_cached_value(comment, person)
    mentions = [(name, user_id) for name, user_id in row[-2] or ()]
    reactions = [(emoji, user_id, name) for emoji, user_id, name in row[-1] or ()]
    return Row(comment, mentions, reactions)
