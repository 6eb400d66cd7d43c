"""The statements of the search as text: one finds, ranks and counts in a single pass over what the reader sees.

The ORM would take longer to compose such a query than PostgreSQL takes to answer it. The text holds names of tables and
columns alone; whatever was typed is the value of a placeholder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.access.conditions import Condition, column, reach_sql
from crm.access.models import Record
from crm.access.rights import Action, hidden_fields
from crm.search.queries import Query, Term
from crm.search.text import SECTION_MARK

# The recheck of a reader with hidden fields repeats PostgreSQL's own limit for `%>`.
SIMILAR_ENOUGH = 0.6
# Sorts after every letter in ICU's order, so [text, text + this) is "begins with" for the index of names.
AFTER_ALL = "\uffff"
_MARK = f"chr({ord(SECTION_MARK)})"
# Lower is better: the whole name, its beginning, the beginning of one of its words, anything else.
_RANK = (
    "CASE WHEN title = %s THEN 0 WHEN starts_with(title, %s) THEN 1 WHEN strpos(title, %s) > 0 THEN 2"
    " WHEN strpos(title, %s) > 0 THEN 3 ELSE 4 END"
)


@dataclass(frozen=True)
class Sight:
    """What a reader may find of one record type, and the columns that are wanted of it, in the order of the table."""

    model: type[Record]
    reach: Condition
    hidden: frozenset[str]
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    @property
    def selected(self) -> str:
        return ", ".join(column(self.model, name) for name in self.columns)

    @property
    def visible(self) -> str:
        return f"{column(self.model, 'deleted_at')} IS NULL AND {self.reach[0]}"


def sight_of(model: type[Record], user: Any, fields: Sequence[str]) -> Sight:
    """`fields` are wanted besides the key and the name."""
    wanted = {"id", "name", *fields}
    columns = tuple(field.attname for field in model._meta.concrete_fields if field.name in wanted)
    hidden = hidden_fields(user, model).intersection(model.SEARCH_FIELDS)
    return Sight(model, reach_sql(model, user, Action.VIEW), hidden, columns)


def matching_sql(sight: Sight, query: Query, *, most: int, limit: int) -> Condition:
    """The best rows that hold all words, as (columns…, rank, title, how many there are, counted to `most`)."""
    condition, words = _holds(query.terms, column(sight.model, "search_doc"))
    if sight.hidden:
        # The index finds by the whole document; what it found must do without the hidden sections too.
        rechecked, again = _holds(query.terms, _document(sight))
        condition, words = f"{condition} AND {rechecked}", words + again
    return _ranked(sight, query, (condition, words), most=most, limit=limit)


def beginning_sql(sight: Sight, query: Query, *, most: int, limit: int) -> Condition:
    """The first rows by name of those whose name begins with the query, in the shape of `matching_sql`."""
    name = column(sight.model, "name")
    condition = f"{name} >= %s AND {name} < %s", (query.typed, query.typed + AFTER_ALL)
    return _ranked(sight, query, condition, most=most, limit=limit, is_by_name=True)


def similar_sql(sight: Sight, query: Query, *, limit: int) -> Condition:
    """The rows whose words are spelt most like the query, as (columns…, how alike they are)."""
    searched = column(sight.model, "search_doc")
    likeness = f"word_similarity(%s, {_document(sight) if sight.hidden else searched})"
    condition, words = f"{searched} %%> %s", [query.text]
    if sight.hidden:
        # What the index found by a hidden section must be as similar without it.
        condition, words = f"{condition} AND {likeness} >= {SIMILAR_ENOUGH}", [query.text, query.text]
    sql = (
        f"SELECT {sight.selected}, {likeness} AS likeness FROM {sight.table}"  # noqa: S608
        f" WHERE {sight.visible} AND {condition} ORDER BY likeness DESC, name, id LIMIT %s"
    )
    return sql, (query.text, *sight.reach[1], *words, limit)


def _ranked(
    sight: Sight, query: Query, condition: Condition, *, most: int, limit: int, is_by_name: bool = False
) -> Condition:
    inner, outer = ("ORDER BY name, id", "name, id") if is_by_name else ("", 'rank, title COLLATE "C", id')
    matched = (
        f"SELECT {sight.selected}, {_section(sight.model, 'name')} AS title FROM {sight.table}"  # noqa: S608
        f" WHERE {sight.visible} AND {condition[0]} {inner} LIMIT %s"
    )
    names = ", ".join(connection.ops.quote_name(name) for name in sight.columns)
    sql = (
        f"SELECT {names}, {_RANK} AS rank, title, COUNT(*) OVER () AS total"  # noqa: S608
        f" FROM ({matched}) AS matched ORDER BY {outer} LIMIT %s"
    )
    text = query.text
    return sql, (text, text, f" {text}", text, *sight.reach[1], *condition[1], most, limit)


def _holds(terms: Sequence[Term], document: str) -> Condition:
    """That a document holds every term."""
    ways = [[" AND ".join([f"{document} LIKE %s"] * len(words)) for words in term.alternatives] for term in terms]
    words = [word for term in terms for way in term.alternatives for word in way]
    patterns = tuple(f"%{connection.ops.prep_for_like_query(word)}%" for word in words)
    return " AND ".join(f"({' OR '.join(either)})" for either in ways), patterns


def _section(model: type[Record], name: str) -> str:
    number = model.SEARCH_FIELDS.index(name) + 1
    return f"split_part({column(model, 'search_doc')}, {_MARK}, {number})"


def _document(sight: Sight) -> str:
    """The search document without the sections that are hidden from the reader."""
    shown = [_section(sight.model, name) for name in sight.model.SEARCH_FIELDS if name not in sight.hidden]
    document = f" || {_MARK} || ".join(("''", *shown, "''"))
    return f"({document})"
