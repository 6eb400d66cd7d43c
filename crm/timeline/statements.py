"""The statements of a timeline as text: the newest of each one who belongs to it, joined.

A timeline gathers the entries of its subject and of its members, each for a time. Of each of them the first rows are
taken by an index that carries the filter, and the first of all are taken of those: quick with a hundred thousand
entries as with ten. The text holds names of tables and columns alone; whatever was typed is a placeholder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from crm.access.querysets import Condition, any_of
from crm.access.registry import record_models
from crm.access.rights import hidden_fields
from crm.access.sight import seen_sql
from crm.pages.rows import Kind, columns_of
from crm.timeline.models import Entry, Place
from crm.timeline.registry import members_of


@dataclass(frozen=True)
class Wanted:
    """Which entries: filters that are None or empty do not filter. `since` is included, `until` is not.

    `words` are normalised, and an entry has all of them. `among` are the keys of all entries that have them, where
    those are few: then they are looked for here, instead of reading what stands here word by word.
    """

    kind: str = ""
    actor_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[str, ...] = ()
    among: tuple[int, ...] | None = None

    @property
    def is_everything(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True)
class Cursor:
    """The last entry of the page before: the next one begins below it."""

    at: datetime
    entry_id: int


@dataclass
class _Clauses:
    """Conditions joined by AND, with their values in the order of the text."""

    texts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, text: str, *values: Any) -> None:
        self.texts.append(text)
        self.values += values

    @property
    def is_told_by_entry(self) -> bool:
        return any("entry." in text for text in self.texts)

    @property
    def joined(self) -> str:
        """The table of entries, where a condition needs it."""
        return f" JOIN {Entry._meta.db_table} entry ON entry.id = place.entry_id" if self.is_told_by_entry else ""


_PERSON = get_user_model()
ENTRY_KINDS: list[Kind] = [
    (Entry, columns_of(Entry)),
    (_PERSON, columns_of(_PERSON, "id", "username", "first_name", "last_name", "picture", "is_active")),
]


def latest_sql(words: Sequence[str], *, of: int) -> Condition:
    """How many of the latest entries of all timelines have the words: a guess how common they are."""
    latest = f"SELECT search_doc FROM {Entry._meta.db_table} ORDER BY id DESC LIMIT %s"  # noqa: S608
    texts = " AND ".join(["search_doc LIKE %s"] * len(words))
    return f"SELECT COUNT(*) FROM ({latest}) latest WHERE {texts}", (of, *_patterns(words))  # noqa: S608


def found_sql(words: Sequence[str], *, most: int) -> Condition:
    """The keys of entries of any timeline that have the words, by the index of the search."""
    # In a subselect a pattern is not known to the planner, who would guess by it and sometimes read the whole table.
    texts = " AND ".join(["search_doc LIKE (SELECT %s::text)"] * len(words))
    sql = f"SELECT id FROM {Entry._meta.db_table} WHERE search_doc <> '' AND {texts} LIMIT %s"  # noqa: S608
    return sql, (*_patterns(words), most)


def page_sql(record: Any, reader: Any, wanted: Wanted, *, cursor: Cursor | None, limit: int) -> Condition:
    """The newest entries with their actors, as rows of ENTRY_KINDS."""
    quote = connection.ops.quote_name
    first, values = _first(record, reader, wanted, cursor, limit)
    aliases = zip(("entry", "actor"), ENTRY_KINDS, strict=True)
    columns = ", ".join(f"{alias}.{quote(name)}" for alias, (_model, names) in aliases for name in names)
    sql = (
        f"WITH {first} SELECT {columns} FROM first"  # noqa: S608
        f" JOIN {quote(Entry._meta.db_table)} entry ON entry.id = first.entry_id"
        f" LEFT JOIN {quote(_PERSON._meta.db_table)} actor ON actor.id = entry.actor_id"
        " ORDER BY first.at DESC, first.entry_id DESC"
    )
    return sql, values


def count_sql(record: Any, reader: Any, wanted: Wanted, *, most: int) -> Condition:
    """How many there are, counted to `most`.

    First those of the subjects' own alone, which need no look at anything else: mostly there are enough of them.
    """
    if wanted.among is not None:
        first, values = _first(record, reader, wanted, None, most)
        return f"WITH {first} SELECT COUNT(*) FROM first", values  # noqa: S608
    subjects, subject_values = _subjects(record, reader)
    own, seen = _clauses(reader, wanted, None), _clauses(reader, wanted, None)
    own.add("place.is_primary")
    _add_sight(seen, reader)
    # One person may have worked there twice, so that the same entry comes twice.
    sql = f"""
        WITH subject(id, since, until) AS MATERIALIZED ({subjects}),
        own AS MATERIALIZED (
            SELECT COUNT(DISTINCT entry_id) AS count FROM (
                SELECT of_one.entry_id FROM subject CROSS JOIN LATERAL ({_of_one(own)}) of_one LIMIT %s
            ) few
        )
        SELECT CASE WHEN own.count >= %s THEN own.count ELSE (
            SELECT COUNT(*) FROM (
                SELECT DISTINCT of_one.entry_id FROM subject CROSS JOIN LATERAL ({_of_one(seen)}) of_one LIMIT %s
            ) them
        ) END FROM own
    """  # noqa: S608
    return sql, (*subject_values, *own.values, most, 2 * most, most, *seen.values, most, most)


def _first(record: Any, reader: Any, wanted: Wanted, cursor: Cursor | None, limit: int) -> Condition:
    """Common tables: `subject`, whose entries stand here and for which time; `first`, the newest of them.

    The newest one of each subject comes before: none of the first ones is older than the last of so many.
    """
    subjects, subject_values = _subjects(record, reader)
    clauses = _clauses(reader, wanted, cursor)
    _add_sight(clauses, reader)
    if wanted.among is not None:
        return _first_among(subjects, clauses), (*subject_values, list(wanted.among), *clauses.values, limit)
    # An entry may stand on several of them, hence DISTINCT. Without LIMIT in each of them, all would be read.
    sql = f"""
        subject(id, since, until) AS MATERIALIZED ({subjects}),
        newest AS MATERIALIZED (
            SELECT subject.id, subject.since, subject.until, of_one.at, of_one.entry_id
            FROM subject CROSS JOIN LATERAL ({_of_one(clauses)}) of_one
        ),
        edge AS MATERIALIZED (
            SELECT COALESCE((
                SELECT at FROM (SELECT DISTINCT at, entry_id FROM newest) entries
                ORDER BY at DESC, entry_id DESC OFFSET %s LIMIT 1
            ), '-infinity') AS at
        ),
        first AS (
            SELECT DISTINCT of_one.at, of_one.entry_id
            FROM edge JOIN newest subject ON subject.at >= edge.at
            CROSS JOIN LATERAL ({_of_one(clauses, "place.at >= edge.at")}) of_one
            ORDER BY of_one.at DESC, of_one.entry_id DESC LIMIT %s
        )
    """  # noqa: S608
    return sql, (*subject_values, *clauses.values, 1, limit - 1, *clauses.values, limit, limit)


def _first_among(subjects: str, clauses: "_Clauses") -> str:
    """The same from the other end: materialised, since the planner would go through the subjects here too."""
    return f"""
        subject(id, since, until) AS MATERIALIZED ({subjects}),
        placed AS MATERIALIZED (
            SELECT place.* FROM unnest(%s::bigint[]) found(id)
            JOIN {Place._meta.db_table} place ON place.entry_id = found.id
        ),
        first AS (
            SELECT DISTINCT place.at, place.entry_id FROM placed place{clauses.joined}
            JOIN subject ON subject.id = place.subject_id AND place.at >= subject.since AND place.at < subject.until
            WHERE {" AND ".join(clauses.texts)} ORDER BY place.at DESC, place.entry_id DESC LIMIT %s
        )
    """  # noqa: S608


def _of_one(clauses: "_Clauses", *more: str) -> str:
    """The newest entries of one subject, as many as the last placeholder says."""
    return f"""
        SELECT place.at, place.entry_id FROM {Place._meta.db_table} place{clauses.joined}
        WHERE place.subject_id = subject.id AND place.at >= subject.since AND place.at < subject.until
            {"".join(f" AND {text}" for text in (*clauses.texts, *more))}
        ORDER BY place.at DESC, place.entry_id DESC LIMIT %s
    """  # noqa: S608


def _subjects(record: Any, reader: Any) -> Condition:
    own = "SELECT %s::uuid, '-infinity'::timestamptz, 'infinity'::timestamptz"
    members = members_of(record, reader)
    texts = [own, *(f"({sql})" for sql, _values in members)]
    return " UNION ALL ".join(texts), (record.pk, *(value for _sql, values in members for value in values))


def _clauses(reader: Any, wanted: Wanted, cursor: Cursor | None) -> _Clauses:
    """All but the sight."""
    clauses = _Clauses()
    _leave_out_hidden(clauses, reader)
    if cursor is not None:
        clauses.add("(place.at, place.entry_id) < (%s, %s)", cursor.at, cursor.entry_id)
    if wanted.kind:
        clauses.add("place.kind = %s", wanted.kind)
    if wanted.actor_id is not None:
        clauses.add("place.actor_id = %s", wanted.actor_id)
    if wanted.since is not None:
        clauses.add("place.at >= %s", wanted.since)
    if wanted.until is not None:
        clauses.add("place.at < %s", wanted.until)
    if wanted.among is not None:
        return clauses
    for pattern in _patterns(wanted.words):
        clauses.add("entry.search_doc LIKE %s", pattern)
    return clauses


def _patterns(words: Sequence[str]) -> list[str]:
    return [f"%{connection.ops.prep_for_like_query(word)}%" for word in words]


def _add_sight(clauses: _Clauses, reader: Any) -> None:
    """What stands here because of its own subject is in sight with it; for the rest that subject is looked at."""
    if clauses.is_told_by_entry:
        seen, values = seen_sql(reader, type_column="entry.subject_type", key_column="entry.subject_id")
        clauses.add(f"(place.is_primary OR {seen})", *values)
        return
    seen, values = seen_sql(reader, type_column="told.subject_type", key_column="told.subject_id")
    clauses.add(
        f"(place.is_primary OR EXISTS (SELECT FROM {Entry._meta.db_table} told"
        f" WHERE told.id = place.entry_id AND {seen}))",
        *values,
    )


def _leave_out_hidden(clauses: _Clauses, reader: Any) -> None:
    hidden = [(model._meta.label_lower, sorted(hidden_fields(reader, model))) for model in record_models()]
    closed = [
        ("(entry.subject_type = %s AND entry.fields <> '{}' AND entry.fields <@ %s::varchar[])", (label, names))
        for label, names in hidden
        if names
    ]
    if closed:
        text, of_closed = any_of(closed)
        clauses.add(f"NOT {text}", *of_closed)
