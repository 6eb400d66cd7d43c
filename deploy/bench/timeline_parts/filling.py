"""Ten million entries over three years, as the product writes them; statements in the database, in the order of time.

Interactions with their participants, comments, changes with the versions that they are told by, new and imported
records. Of interactions and comments the versions are left out, which no timeline reads.
"""

from typing import Any

from django.db import connection, transaction
from pages_parts.filling import Readers
from tqdm import tqdm

from clients.models import Client, ClientStatus
from contacts.models import Consent, Contact, Interaction, InteractionParticipant
from crm.access.rights import Action, Scope
from crm.comments.models import Comment
from crm.search.text import normalise
from crm.timeline.models import Entry, Place
from teams.models import Grant
from timeline_parts.cast import Cast, choose_cast, put_people_in_tables
from timeline_parts.indexes import without_indexes
from timeline_parts.words import make_notes

# The huge client has 100,000 entries in sight of all: some of its people's are from before or after their time there.
_OF_HUGE, _BATCH, _NOTES = 125_000, 500_000, 20_000
_FILLED = (Entry, Place, Interaction, InteractionParticipant, Comment)

# What happened: one row for each number from `first`.
# Of 20 in a row one is a change, one a comment, one a new or an imported record, and the rest interactions.
_HAPPENED = """
    CREATE TEMPORARY TABLE bench_happened ON COMMIT DROP AS
    WITH numbered AS MATERIALIZED (
        SELECT n, about, CASE about WHEN 0 THEN n ELSE n / %(step)s END AS turn,
            now() - interval '3 years' * (1 - n::float8 / %(entries)s) AS at,
            ARRAY[random(), random(), random(), random(), random(), random(), random()] AS r
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
            LATERAL (SELECT CASE mod(n, %(step)s) WHEN 3 THEN 1 WHEN 4 THEN 2 ELSE 0 END AS about) drawn
    ), sorted AS (
        SELECT *, n / 20 AS record_number, CASE
            WHEN mod(turn, 20) = 7 THEN 'change'
            WHEN mod(turn, 20) = 13 THEN 'comment'
            WHEN mod(turn, 20) = 19 AND (about > 0 OR n / 20 < %(records)s) THEN 'import'
            ELSE 'interaction' END AS sort
        FROM numbered
    )
    SELECT n, sort, sorted.about, at, r, note.text, note.doc,
        person.contact_id, person.client_id, record.id AS record_id, record.is_client, versions.version,
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || 'a'
            || substr(md5(n::text), 4, 15))::uuid AS source_id,
        person.author_ids[1 + floor(r[2] * cardinality(person.author_ids))::int] AS actor_id,
        -- Half of what is said to the people of a client is known to stand there too, while they work there.
        sort = 'interaction' AND r[3] < 0.7 AND at >= COALESCE(person.since::timestamptz, '-infinity')
            AND at < COALESCE(person.until::timestamptz, 'infinity') AS is_on_client,
        sort IN ('interaction', 'comment') AND r[4] < CASE sorted.about WHEN 2 THEN 0.02 ELSE 0.15 END
            AS is_about_client,
        CASE WHEN sort = 'interaction' AND r[5] < 0.1 AND other.contact_id <> person.contact_id
            THEN other.contact_id END AS other_id,
        CASE WHEN r[6] < 0.45 THEN 'call' WHEN r[6] < 0.75 THEN 'email' WHEN r[6] < 0.85 THEN 'message'
            WHEN r[6] < 0.92 THEN 'meeting' ELSE 'note' END AS talk
    FROM sorted
    JOIN bench_groups ON bench_groups.about = sorted.about
    -- Some people are talked to much more than others.
    JOIN bench_people person ON person.about = sorted.about
        AND person.number = floor(power(r[1], CASE sorted.about WHEN 0 THEN 1.5 ELSE 1 END) * size)::bigint
    LEFT JOIN bench_people other ON other.about = sorted.about AND other.number = floor(r[7] * size)::bigint
    JOIN bench_notes note ON note.number = floor(r[4] * r[5] * 10 * %(notes)s)::bigint
        %% (CASE sorted.about WHEN 0 THEN %(notes)s ELSE %(notes)s / 2 END)
    CROSS JOIN LATERAL (SELECT CASE sorted.about WHEN 0 THEN 2 + record_number / %(records)s ELSE 2 + turn / 20 END
        AS version) versions
    LEFT JOIN bench_records record ON sorted.about = 0 AND record.number = mod(record_number, %(records)s)
    ORDER BY n;
    ANALYZE bench_happened
"""
# The subject of each, by the rules of the services.
_TOLD = """
    CREATE TEMPORARY TABLE bench_told ON COMMIT DROP AS
    SELECT happened.*, lower(doc || ' ref ' || code) AS search_doc, text || ' Ref ' || code AS body,
        CASE WHEN subject_is_client THEN 'clients.client' ELSE 'contacts.contact' END AS subject_type,
        CASE WHEN sort IN ('change', 'import') THEN COALESCE(record_id, CASE sort WHEN 'change' THEN client_id
            ELSE contact_id END) WHEN subject_is_client THEN client_id ELSE contact_id END AS subject_id
    FROM bench_happened happened, LATERAL (SELECT substr(md5('code' || n), 1, 7) AS code, CASE
        WHEN sort = 'change' THEN COALESCE(is_client, TRUE)
        WHEN sort = 'import' THEN COALESCE(is_client, FALSE)
        ELSE is_about_client END AS subject_is_client) named;
    ANALYZE bench_told
"""
_ENTRIES = """
    INSERT INTO timeline_entry (id, event, kind, subject_type, subject_id, source_type, source_id, actor_id, at,
        recorded_at, data, fields, search_doc)
    SELECT n + 1,
        CASE sort WHEN 'interaction' THEN 'contacts.interaction' WHEN 'comment' THEN 'comments.comment'
            WHEN 'change' THEN 'records.changed' ELSE CASE WHEN r[2] < 0.5 THEN 'records.created'
            ELSE 'records.imported' END END,
        CASE sort WHEN 'interaction' THEN talk WHEN 'import' THEN CASE WHEN r[2] < 0.5 THEN 'change' ELSE 'import' END
            ELSE sort END,
        subject_type, subject_id,
        CASE sort WHEN 'interaction' THEN 'contacts.interaction' WHEN 'comment' THEN 'comments.comment' ELSE '' END,
        CASE WHEN sort IN ('interaction', 'comment') THEN source_id END, actor_id, at, at,
        CASE sort WHEN 'change' THEN jsonb_build_object('version', version)
            WHEN 'import' THEN '{"version": 1, "file": "people.xlsx"}' ELSE '{}' END,
        CASE WHEN sort <> 'change' THEN '{}'::varchar[] WHEN subject_type = 'clients.client' THEN '{status}'
            ELSE '{consent}' END,
        CASE WHEN sort IN ('interaction', 'comment') THEN search_doc ELSE '' END
    FROM bench_told ORDER BY n
"""
_PLACES = """
    INSERT INTO timeline_place (entry_id, subject_id, at, kind, actor_id, is_primary)
    SELECT entry.id, place.id, entry.at, entry.kind, entry.actor_id, place.id = entry.subject_id
    FROM bench_told told JOIN timeline_entry entry ON entry.id = n + 1, LATERAL (
        SELECT told.subject_id AS id
        UNION SELECT other_id WHERE other_id IS NOT NULL AND NOT is_about_client
        UNION SELECT client_id WHERE is_on_client
    ) place ORDER BY entry.id
"""
_INTERACTIONS = """
    INSERT INTO contacts_interaction (id, kind, direction, subject_type, subject_id, author_id, at, duration, outcome,
        text, created_at, updated_at, version)
    SELECT source_id, talk, CASE WHEN talk = 'note' THEN '' WHEN r[1] < 0.6 THEN 'out' ELSE 'in' END, subject_type,
        subject_id, actor_id, at, CASE WHEN talk IN ('call', 'meeting') THEN 1 + floor(r[4] * 60) END,
        CASE WHEN r[7] < 0.3 THEN (ARRAY['reached', 'no_answer', 'call_back', 'agreed'])[1 + mod(n, 4)] ELSE '' END,
        body, at, at, CASE WHEN r[3] < 0.03 THEN 2 ELSE 1 END
    FROM bench_told WHERE sort = 'interaction' ORDER BY n
"""
_PARTICIPANTS = """
    INSERT INTO contacts_interactionparticipant (interaction_id, contact_id, position)
    SELECT source_id, person.id, person.position FROM bench_told, LATERAL (
        VALUES (subject_id, 0), (other_id, 1)) person(id, position)
    WHERE sort = 'interaction' AND NOT is_about_client AND person.id IS NOT NULL ORDER BY n, person.position
"""
_COMMENTS = """
    INSERT INTO comments_comment (id, record_type, record_id, author_id, body, created_at, version)
    SELECT source_id, subject_type, subject_id, actor_id, body, at, 1
    FROM bench_told WHERE sort = 'comment' ORDER BY n
"""


def fill_timeline(entries: int, readers: Readers) -> Cast:
    """Of another size than this it is filled anew. Call it when the company is there."""
    cast = choose_cast(readers.one.memberships.get().team_id)
    _let_log(readers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM timeline_entry")
        if cursor.fetchone()[0] == entries:
            return cast
    with transaction.atomic(), connection.cursor() as cursor:
        _empty(cursor)
        put_people_in_tables(cast)
        _put_notes_in_table(cursor)
        with without_indexes(_FILLED):
            _fill(cursor, entries)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return cast


def _let_log(readers: Readers) -> None:
    """Own interactions for one, all for the other: as a manager and a director may."""
    for reader, scope in ((readers.one, Scope.OWN), (readers.everything, Scope.ALL)):
        for action, given in ((Action.ADD, Scope.ALL), (Action.CHANGE, scope), (Action.DELETE, scope)):
            Grant.objects.update_or_create(
                role=reader.role, record_type=Interaction._meta.label_lower, action=action, defaults={"scope": given}
            )


def _empty(cursor: Any) -> None:
    tables = ", ".join(model._meta.db_table for model in _FILLED)
    cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    for model in (Client, Contact):
        cursor.execute(f"DELETE FROM {model.history.model._meta.db_table} WHERE version > 1")  # noqa: S608 a table


def _put_notes_in_table(cursor: Any) -> None:
    cursor.execute("CREATE TEMPORARY TABLE bench_notes (number bigint PRIMARY KEY, text text, doc text) ON COMMIT DROP")
    with cursor.copy("COPY bench_notes FROM STDIN") as copy:
        for number, text in enumerate(make_notes(_NOTES)):
            copy.write_row((number, text, normalise(text)))
    cursor.execute("ANALYZE bench_notes")
    cursor.execute(
        "CREATE TEMPORARY TABLE bench_groups ON COMMIT DROP AS"
        " SELECT about, count(*) AS size FROM bench_people GROUP BY about"
    )


def _fill(cursor: Any, entries: int) -> None:
    cursor.execute("SELECT count(*) FROM bench_records")
    (records,) = cursor.fetchone()
    # A multiple of 20, so that no change of a record is left out for the measured ones.
    step = max(20, entries // _OF_HUGE // 20 * 20)
    given = {"step": step, "entries": entries, "notes": _NOTES, "records": records}
    cursor.execute("SELECT setseed(0.5)")
    for first in tqdm(range(0, entries, _BATCH), desc="adding entries", unit=f"×{_BATCH}"):
        cursor.execute(_HAPPENED, {**given, "first": first, "last": min(first + _BATCH, entries) - 1})
        cursor.execute(_TOLD)
        for sql in (_ENTRIES, _PLACES, _INTERACTIONS, _PARTICIPANTS, _COMMENTS, _versions(Client), _versions(Contact)):
            cursor.execute(sql)
        cursor.execute("DROP TABLE bench_happened, bench_told")
    cursor.execute("SELECT setval('timeline_entry_id_seq', %s)", [entries])


def _versions(model: type[Any]) -> str:
    """The versions behind the changes: copies of the first one, each with another status or consent."""
    history = model.history.model._meta
    changed, values = ("status", ClientStatus.values) if model is Client else ("consent", Consent.values)
    steps = ", ".join(f"'{value}'" for value in values)
    turned = f"(ARRAY[{steps}])[1 + mod(array_position(ARRAY[{steps}], first.{changed}::text) + told.version, "
    written = {
        "version": "told.version",
        changed: f"{turned}{len(values)})]",
        "history_date": "told.at",
        "history_type": "'~'",
        "history_user_id": "told.actor_id",
    }
    columns = [field.column for field in history.concrete_fields if not field.primary_key]
    taken = ", ".join(written.get(column, f"first.{column}") for column in columns)
    # Names of tables and columns, and values of our own.
    return (
        f"INSERT INTO {history.db_table} ({', '.join(columns)}) SELECT {taken} FROM bench_told told"  # noqa: S608
        f" JOIN {history.db_table} first ON first.id = told.subject_id AND first.version = 1"
        f" WHERE told.sort = 'change' AND told.subject_type = '{model._meta.label_lower}' ORDER BY told.n"
    )
