"""The statements of the search as text: one finds, ranks and counts in a single pass over what the reader sees.

The ORM would take longer to compose such a query than PostgreSQL takes to answer it. The text holds names of tables and
columns alone; whatever was typed is the value of a placeholder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.access.conditions import Condition, column, reach_ways
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
    """What a reader may find of one record type, and the columns that are wanted of it, in the order of the table.

    `ways` are those in which he reaches a record (crm.access.conditions), `hidden` the sections he must not find by.
    """

    model: type[Record]
    ways: list[Condition]
    hidden: frozenset[str]
    columns: tuple[str, ...]

    @property
    def searched(self) -> str:
        return column(self.model, "search_doc")

    @property
    def document(self) -> str:
        """What a hit must still be found by, in the eyes of this reader."""
        return open_document(self.model, self.hidden, self.searched) if self.hidden else self.searched

    @property
    def reach(self) -> Condition:
        return _joined(" OR ", self.ways)

    def rows(self, condition: Condition, *, order: str = "", extra: str = "") -> Condition:
        """The living rows of the table that meet a condition: columns…, the normalised name as `title`, `extra`."""
        selected = ", ".join(column(self.model, name) for name in self.columns)
        title = f"{_section(self.model, 'name', self.searched)} AS title"
        table = connection.ops.quote_name(self.model._meta.db_table)
        alive = f"{column(self.model, 'deleted_at')} IS NULL"
        # Names of tables and columns are those of models; what was typed is always a placeholder.
        sql = f"SELECT {selected}, {title}{extra} FROM {table} WHERE {alive} AND {condition[0]} {order}"  # noqa: S608
        return sql, condition[1]


def sight_of(model: type[Record], user: Any, fields: Sequence[str]) -> Sight:
    """`fields` are wanted besides the key and the name."""
    wanted = {"id", "name", *fields}
    columns = tuple(field.attname for field in model._meta.concrete_fields if field.name in wanted)
    hidden = hidden_fields(user, model).intersection(model.SEARCH_FIELDS)
    return Sight(model, reach_ways(model, user, Action.VIEW), hidden, columns)


def matching_sql(sight: Sight, query: Query, *, most: int, limit: int) -> Condition:
    """The best rows that hold all words, as (columns…, title, rank, how many there are, counted to `most`)."""
    holding = [_holds(query.terms, sight.searched)]
    if sight.hidden:
        # The index finds by the whole document; what it found must do without the hidden sections too.
        holding.append(_holds(query.terms, sight.document))
    matched, values = sight.rows(_joined(" AND ", [sight.reach, *holding]))
    return _ranked(sight, query, (f"{matched} LIMIT %s", (*values, most)), 'rank, title COLLATE "C", id', limit)


def beginning_sql(sight: Sight, query: Query, *, most: int, limit: int) -> Condition:
    """The first rows by name of those whose name begins with the query, in the shape of `matching_sql`."""
    name = column(sight.model, "name")
    begins = f"{name} >= %s AND {name} < %s", (query.typed, query.typed + AFTER_ALL)
    parts = [sight.rows(_joined(" AND ", [way, begins]), order="ORDER BY name, id LIMIT %s") for way in sight.ways]
    united = " UNION ".join(f"({sql})" for sql, _ in parts)
    values = [value for _, given in parts for value in (*given, most)]
    # In a FROM of its own, for a single way in brackets takes no second ORDER BY.
    first = f"SELECT * FROM ({united}) AS reached ORDER BY name, id LIMIT %s"  # noqa: S608
    return _ranked(sight, query, (first, (*values, most)), "name, id", limit)


def similar_sql(sight: Sight, query: Query, *, most: int, limit: int) -> Condition:
    """The rows whose words are spelt most like the query among the first `most`: (columns…, title, how alike)."""
    near = f"{sight.searched} %%> %s", (query.text,)
    compared, values = sight.rows(_joined(" AND ", [sight.reach, near]), extra=f", {sight.document} AS document")
    names = _names(sight)
    # The document of a reader with hidden fields must be as similar without what the index found it by.
    sql = (
        f"SELECT {names}, title, likeness FROM (SELECT {names}, title, word_similarity(%s, document) AS likeness"  # noqa: S608
        f" FROM ({compared} LIMIT %s) AS near) AS compared"
        f" WHERE likeness >= {SIMILAR_ENOUGH} ORDER BY likeness DESC, name, id LIMIT %s"
    )
    return sql, (query.text, *values, most, limit)


def _ranked(sight: Sight, query: Query, matched: Condition, order: str, limit: int) -> Condition:
    sql = (
        f"SELECT {_names(sight)}, title, {_RANK} AS rank, COUNT(*) OVER () AS total"  # noqa: S608
        f" FROM ({matched[0]}) AS matched ORDER BY {order} LIMIT %s"
    )
    text = query.text
    return sql, (text, text, f" {text}", text, *matched[1], limit)


def _names(sight: Sight) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in sight.columns)


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    """The conditions with AND or OR between them."""
    return f"({word.join(sql for sql, _ in conditions)})", tuple(value for _, values in conditions for value in values)


def _holds(terms: Sequence[Term], document: str) -> Condition:
    """That a document holds every term."""
    ways = [[" AND ".join([f"{document} LIKE %s"] * len(words)) for words in term.alternatives] for term in terms]
    words = [word for term in terms for way in term.alternatives for word in way]
    patterns = tuple(f"%{connection.ops.prep_for_like_query(word)}%" for word in words)
    return " AND ".join(f"({' OR '.join(either)})" for either in ways), patterns


def _section(model: type[Record], name: str, searched: str) -> str:
    return f"split_part({searched}, {_MARK}, {model.SEARCH_FIELDS.index(name) + 1})"


def open_document(model: type[Record], hidden: Collection[str], searched: str) -> str:
    """The search document, which is the column `searched`, without the sections that are hidden from the reader."""
    shown = [_section(model, name, searched) for name in model.SEARCH_FIELDS if name not in hidden]
    document = f" || {_MARK} || ".join(("''", *shown, "''"))
    return f"({document})"
