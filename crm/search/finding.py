"""Finds records by their search document, within the reader's sight and by what he may see of them.

Words are looked for as substrings through the trigram index; where fields are hidden from the reader, every hit
is looked at again without their sections, so that a hidden value never finds him a record.
"""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.search.queries import Query, read_query
from crm.search.text import SECTION_MARK, normalise

MOST_CANDIDATES = 300
# PostgreSQL's own limit for `<%`; the recheck of a reader with hidden fields repeats it.
SIMILAR_ENOUGH = 0.6
# Sorts after every letter in ICU's order, so [text, text + this) is "begins with" for the index of names.
_AFTER_ALL = "\uffff"


def find(model: type[Record], user: Any, typed: str, *, limit: int) -> list[Any]:
    """The best `limit` records for a query: exact names, then those that begin with it, then the rest by name.

    A fixed number of small queries; similar spellings are tried only when nothing was found.
    """
    query = read_query(typed)
    if not query.terms:
        return []
    hidden = hidden_fields(user, model).intersection(model.SEARCH_FIELDS)
    if query.is_short:
        return list(_beginning_with(model, user, query, limit))
    matches = matching(model.objects.all(), user, typed).first_visible(user, limit=MOST_CANDIDATES)
    candidates = list(matches.values_list("pk", "search_doc"))
    if not candidates:
        return _similar(model, user, query, hidden, limit)
    ranks = {pk: _rank(_section_of_name(model, doc), query.text) for pk, doc in candidates}
    if len(candidates) == MOST_CANDIDATES:
        # So many that the best may be among the others: names that begin with the query come by their own index.
        named: list[Any] = _beginning_with(model, user, query, limit)
        ranks.update({each.pk: _rank(normalise(each.name), query.text) for each in named})
    best = sorted(ranks, key=lambda pk: (ranks[pk], str(pk)))[:limit]
    found = model.objects.visible_to(user).in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def count_matches(model: type[Record], user: Any, typed: str, *, most: int) -> int:
    """How many records in the user's sight a query finds by its words, counted no further than to `most`."""
    return matching(model.objects.all(), user, typed).count_visible(user, most=most)  # type: ignore[no-any-return]


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
    queryset = queryset.alias(open_doc=_open_document(model, hidden))
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


def _open_document(model: type[Record], hidden: frozenset[str]) -> Any:
    """The search document without the sections that are hidden from the reader."""
    parts: list[Any] = [Value("")]
    for number, name in enumerate(model.SEARCH_FIELDS, start=1):
        if name not in hidden:
            section = Func(
                F("search_doc"), Value(SECTION_MARK), Value(number), function="split_part", output_field=TextField()
            )
            parts += [Value(SECTION_MARK), section]
    return Concat(*parts, Value(SECTION_MARK), output_field=TextField())


def _begins_with(query: Query) -> Q:
    return Q(name__gte=query.typed, name__lt=query.typed + _AFTER_ALL)


def _beginning_with(model: type[Record], user: Any, query: Query, limit: int) -> Any:
    named = model.objects.filter(_begins_with(query)).order_by("name", "id")
    return named.first_visible(user, limit=limit)


def _similar(model: type[Record], user: Any, query: Query, hidden: frozenset[str], limit: int) -> list[Any]:
    """Misspelt names; none for numbers, where another digit is another number."""
    if not query.has_letters:
        return []
    visible = model.objects.visible_to(user).filter(search_doc__trigram_word_similar=query.text)
    document = _open_document(model, hidden) if hidden else F("search_doc")
    near = visible.annotate(similarity=TrigramWordSimilarity(query.text, document))
    return list(near.filter(similarity__gte=SIMILAR_ENOUGH).order_by("-similarity", "name", "id")[:limit])


def _section_of_name(model: type[Record], document: str) -> str:
    return document.split(SECTION_MARK)[model.SEARCH_FIELDS.index("name")]


def _rank(name: str, text: str) -> tuple[int, str]:
    """Lower is better: the whole name, its beginning, the beginning of one of its words, anything else."""
    if name == text:
        return 0, name
    if name.startswith(text):
        return 1, name
    if f" {text}" in name:
        return 2, name
    return (3, name) if text in name else (4, name)
