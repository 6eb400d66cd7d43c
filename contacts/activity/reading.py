"""Interactions of a period by person, at one statement, and their words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.formats import number_format

from contacts.activity.periods import Period
from contacts.models import Interaction, InteractionKind
from crm.access.sight import seen_sql
from crm.pages.rows import rows_of_query
from crm.timeline.models import Entry
from crm.timeline.reading import Told, tell

#: Interactions of a period are looked at no further than so many, the newest first.
MOST = 5_000
SHOWN_OF_ONE = 5

# Only conditions of `seen_sql` are put into the text; every value is a placeholder.
_BY_PERSON = """
    WITH seen AS MATERIALIZED (
        SELECT said.id, said.author_id, said.kind, said.at FROM contacts_interaction said
        WHERE said.deleted_at IS NULL AND said.at >= %s AND said.at < %s AND {which} AND {seen}
        ORDER BY said.at DESC LIMIT %s
    ), counted AS (
        SELECT author_id, json_object_agg(kind, total) AS kinds FROM (
            SELECT author_id, kind, COUNT(*) AS total FROM seen GROUP BY author_id, kind
        ) AS of_kind GROUP BY author_id
    ), newest AS (
        SELECT author_id, array_agg(id ORDER BY at DESC, id DESC) FILTER (WHERE place <= %s) AS ids FROM (
            SELECT *, row_number() OVER (PARTITION BY author_id ORDER BY at DESC, id DESC) AS place FROM seen
        ) AS placed GROUP BY author_id
    )
    SELECT author_id, kinds, ids FROM counted JOIN newest USING (author_id)
"""


@dataclass(frozen=True)
class KindCount:
    label: str
    kind: str
    count: int


@dataclass
class Doings:
    """What one person did: how many of each kind, and the newest of them."""

    person: Any
    kinds: list[KindCount]
    ids: list[UUID]
    told: list[Told] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(kind.count for kind in self.kinds)

    @property
    def more(self) -> int:
        return self.total - len(self.told)


@dataclass(frozen=True)
class Activity:
    """Of everybody who did something, by name; `count` is the number of all interactions as text."""

    doings: list[Doings]
    count: str
    is_cut: bool


def activity_of(
    period: Period,
    reader: Any,
    *,
    people: Collection[int] | None = None,
    shown: int = SHOWN_OF_ONE,
) -> Activity:
    """What the reader sees of a period; of these people only, when they are given. Words are read by `tell_doings`."""
    which, values = ("TRUE", ()) if people is None else ("said.author_id = ANY(%s)", (list(people),))
    seen, reached = seen_sql(reader, type_column="said.subject_type", key_column="said.subject_id")
    sql = _BY_PERSON.format(which=which, seen=seen)
    rows = rows_of_query(sql, (period.since, period.until, *values, *reached, MOST + 1, shown))
    authors = get_user_model()._default_manager.in_bulk([author for author, _kinds, _ids in rows])
    doings = [Doings(authors[author], _counted(kinds), ids) for author, kinds, ids in rows]
    doings.sort(key=lambda one: (str(one.person).casefold(), one.person.pk))
    total = sum(one.total for one in doings)
    is_cut = total > MOST
    count = number_format(min(total, MOST), force_grouping=True)
    return Activity(doings, f"{count}+" if is_cut else count, is_cut)


def tell_doings(doings: Sequence[Doings], reader: Any) -> None:
    """Read the words of the newest interactions, in a number of queries that does not grow with them."""
    wanted = [key for one in doings for key in one.ids]
    label = Interaction._meta.label_lower
    entries = Entry.objects.filter(source_type=label, source_id__in=wanted).select_related("actor")
    told = {each.entry.source_id: each for each in tell(entries, reader)}
    for one in doings:
        one.told = [told[key] for key in one.ids if key in told]


def _counted(kinds: dict[str, int]) -> list[KindCount]:
    return [KindCount(str(kind.label), kind.value, kinds[kind.value]) for kind in InteractionKind if kind in kinds]
