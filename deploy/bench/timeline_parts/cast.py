"""Whose timelines are measured, and who else there is to whom something happens.

The huge client and its people are kept by the team of the reader of 1%, some former ones by others. The closed client
is kept by his team too, and its people by others: he may see hardly anything of what stands on its timeline.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from clients.models import Client
from contacts.models import Contact, Employment

ORDINARY, HUGE, CLOSED = range(3)
# The position by which those are known again whom the benchmark has employed.
_POSITION = "Bench"
_LONG_AGO = date(2019, 1, 1)
_CURRENT, _FORMER, _FORMER_OF_OTHERS, _CLOSED = 40, 30, 30, 100

# `about` tells to whom of the three groups of above they belong; `number` counts from 0 in each.
_PEOPLE = """
    CREATE TEMPORARY TABLE bench_people ON COMMIT DROP AS
    SELECT about, row_number() OVER (PARTITION BY about ORDER BY hashtext(contact_id::text)) - 1 AS number,
        contact_id, client_id, since, until, author_ids
    FROM (
        SELECT DISTINCT ON (contact.id) contact.id AS contact_id, work.client_id, work.since, work.until, author_ids,
            CASE work.client_id WHEN %(huge)s THEN 1 WHEN %(closed)s THEN 2 ELSE 0 END AS about
        FROM contacts_contact contact
        JOIN contacts_employment work ON work.contact_id = contact.id
        JOIN (SELECT team_id, array_agg(user_id) AS author_ids FROM teams_membership GROUP BY team_id) member
            ON member.team_id = contact.team_id
        WHERE contact.deleted_at IS NULL
        ORDER BY contact.id, work.client_id IN (%(huge)s, %(closed)s) DESC, work.until DESC NULLS FIRST, work.id
    ) person;
    CREATE UNIQUE INDEX ON bench_people (about, number);
    ANALYZE bench_people;
    CREATE TEMPORARY TABLE bench_records ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY hashtext(id::text), id) - 1 AS number, id, is_client FROM (
        SELECT id, TRUE AS is_client FROM clients_client WHERE id NOT IN (%(huge)s, %(closed)s)
        UNION ALL SELECT contact_id, FALSE FROM bench_people WHERE about = 0
    ) record;
    CREATE UNIQUE INDEX ON bench_records (number);
    ANALYZE bench_records;
"""


@dataclass(frozen=True)
class Cast:
    huge: Client
    closed: Client


def choose_cast(team_id: int) -> Cast:
    """The same two at every call; their people are employed at the first one."""
    own = Count("employments", filter=Q(employments__contact__team_id=team_id) & ~Q(employments__job_title=_POSITION))
    clients = Client.objects.alive().filter(team_id=team_id).annotate(people=own).order_by("-people", "pk")
    cast = Cast(clients.first(), clients.last())
    if not Employment.objects.filter(client=cast.closed, job_title=_POSITION).exists():
        _employ(cast, team_id)
    return cast


def put_people_in_tables(cast: Cast) -> None:
    """As bench_people and bench_records, for the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"huge": cast.huge.pk, "closed": cast.closed.pk})


def _employ(cast: Cast, team_id: int) -> None:
    today = timezone.localdate()
    term = (today - timedelta(days=730), today - timedelta(days=365))
    cast.huge.employments.filter(until=None).update(since=_LONG_AGO)
    elsewhere = Contact.objects.alive().exclude(employments__client__in=(cast.huge, cast.closed)).order_by("pk")
    ours, others = elsewhere.filter(team_id=team_id), elsewhere.exclude(team_id=team_id)
    count = _CURRENT + _FORMER
    mine, theirs = _keys(ours[:count]), _keys(others[: _FORMER_OF_OTHERS + _CLOSED])
    Employment.objects.bulk_create(
        [
            *_jobs(cast.huge, mine[:_CURRENT], (_LONG_AGO, None)),
            *_jobs(cast.huge, [*mine[_CURRENT:], *theirs[:_FORMER_OF_OTHERS]], term),
            *_jobs(cast.closed, theirs[_FORMER_OF_OTHERS:], (_LONG_AGO, None)),
        ]
    )


def _keys(contacts: Any) -> list[UUID]:
    return list(contacts.values_list("pk", flat=True))


def _jobs(client: Client, people: Iterable[UUID], term: tuple[date, date | None]) -> list[Employment]:
    since, until = term
    return [
        Employment(contact_id=person, client=client, job_title=_POSITION, since=since, until=until) for person in people
    ]
