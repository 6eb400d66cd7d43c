"""Finds records by their search document, within the reader's sight and by what he may see of them.

Words are looked for as substrings through the trigram index; where fields are hidden from the reader, every hit
is looked at again without their sections, so that a hidden value never finds him a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, TextField

from crm.access.conditions import Condition
from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.listing.counting import COUNT_CAP
from crm.search.queries import Query, read_query
from crm.search.statements import AFTER_ALL, Sight, beginning_sql, matching_sql, open_document, sight_of, similar_sql

# The best are chosen among so many, and no more are counted.
MOST_CANDIDATES = COUNT_CAP + 1


@dataclass(frozen=True)
class Found:
    """The best records of a search, and how many there are, counted to MOST_CANDIDATES.

    Only the key, the name and the fields that were asked for are loaded.
    """

    records: list[Any] = field(default_factory=list)
    count: int = 0


def find(model: type[Record], user: Any, typed: str, *, limit: int) -> list[Any]:
    """The best `limit` records for a query, as `look_up` finds them."""
    return look_up(model, user, read_query(typed), limit=limit).records


def look_up(model: type[Record], user: Any, query: Query, *, limit: int, fields: Sequence[str] = ()) -> Found:
    """The best `limit` records: exact names, then those that begin with the query, then the rest by name.

    `fields` of plain text are loaded besides key and name. One statement, and a second one where there are more
    candidates than are looked at; similar spellings are tried only when nothing was found.
    """
    if not query.terms:
        return Found()
    sight = sight_of(model, user, fields)
    if query.is_short:
        rows = _rows(beginning_sql(sight, query, most=MOST_CANDIDATES, limit=limit))
        return _found(sight, rows)
    rows = _rows(matching_sql(sight, query, most=MOST_CANDIDATES, limit=limit))
    if not rows:
        return _similar(sight, query, limit)
    if _total(rows) == MOST_CANDIDATES:
        # So many that the best may be among the others: names that begin with the query come by their own index.
        rows = _best(rows, _rows(beginning_sql(sight, query, most=limit, limit=limit)), sight)[:limit]
        return Found(_records(sight, rows), MOST_CANDIDATES)
    return _found(sight, rows)


def matching(queryset: Any, user: Any, typed: str) -> Any:
    """The rows of a queryset of records that a query finds; all of its words must be there."""
    model = queryset.model
    query = read_query(typed)
    if not query.terms:
        return queryset.none()
    hidden = hidden_fields(user, model).intersection(model.SEARCH_FIELDS)
    if query.is_short:
        return queryset.filter(_begins_with(query))
    for term in query.terms:
        queryset = queryset.filter(_condition(term.alternatives, "search_doc"))
    if not hidden:
        return queryset
    queryset = queryset.alias(open_doc=_OpenDocument(model, hidden))
    for term in query.terms:
        queryset = queryset.filter(_condition(term.alternatives, "open_doc"))
    return queryset


def _condition(alternatives: tuple[tuple[str, ...], ...], column: str) -> Q:
    condition = Q()
    for words in alternatives:
        way = Q()
        for word in words:
            way &= Q(**{f"{column}__contains": word})
        condition |= way
    return condition


class _OpenDocument(Func):
    """The search document without what is hidden from the reader."""

    output_field = TextField()

    def __init__(self, model: type[Record], hidden: frozenset[str]) -> None:
        super().__init__(F("search_doc"))
        self.model, self.hidden = model, hidden

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> Condition:
        searched, values = compiler.compile(self.get_source_expressions()[0])
        return open_document(self.model, self.hidden, searched), values


def _begins_with(query: Query) -> Q:
    return Q(name__gte=query.typed, name__lt=query.typed + AFTER_ALL)


def _rows(statement: Condition) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def _total(rows: list[tuple[Any, ...]]) -> int:
    return int(rows[0][-1]) if rows else 0


def _best(rows: list[tuple[Any, ...]], named: list[tuple[Any, ...]], sight: Sight) -> list[tuple[Any, ...]]:
    """The rows of both by rank and title, each record once."""
    key = sight.columns.index("id")
    once = {row[key]: row for row in (*rows, *named)}
    return sorted(once.values(), key=lambda row: (row[-2], row[-3], row[key]))


def _similar(sight: Sight, query: Query, limit: int) -> Found:
    """Misspelt names; none for numbers and addresses, where another sign is another one's."""
    if not query.has_letters or "@" in query.text:
        return Found()
    rows = _rows(similar_sql(sight, query, most=MOST_CANDIDATES, limit=limit))
    # What the words do not match is not counted: there is nothing more than is shown.
    return Found(_records(sight, rows), len(rows))


def _found(sight: Sight, rows: list[tuple[Any, ...]]) -> Found:
    return Found(_records(sight, rows), _total(rows))


def _records(sight: Sight, rows: list[tuple[Any, ...]]) -> list[Any]:
    width = len(sight.columns)
    return [sight.model.from_db(connection.alias, sight.columns, row[:width]) for row in rows]
