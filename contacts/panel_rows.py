"""The rows of the panels of people and of employers, at one statement each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment
from crm.access.conditions import reach_sql
from crm.access.rights import Action, hidden_fields
from crm.pages.rows import columns_of, instances_of, rows_of_query

#: Of a client with more people the others are found by typing.
MOST_ON_CARD = 50
_WORK = columns_of(Employment, "id", "job_title", "department", "decision_role", "since", "until")
_PERSON = columns_of(Contact, "id", "name", "picture")
_PHONE = columns_of(ContactPhone, "id", "typed", "e164", "extension")
_EMAIL = columns_of(ContactEmail, "id", "address")
_CLIENT = columns_of(Client, "id", "name", "picture", "kind")

_IS_CURRENT = "(work.until IS NULL OR work.until >= %(today)s)"


def _columns(table: str, names: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f"{table}.{name} AS {prefix}{name}" for name in names)


# The texts below are made of names of columns and of `reach_sql`, never of values.
_PEOPLE = f"""
    SELECT {_columns("work", _WORK, "work_")}, {_columns("contacts_contact", _PERSON)}
    FROM contacts_employment work JOIN contacts_contact ON contacts_contact.id = work.contact_id
    WHERE work.client_id = %(client)s AND contacts_contact.deleted_at IS NULL
"""  # noqa: S608
# The phones and e-mails are looked for when the people are few already.
_COLLEAGUES = f"""
    SELECT person.*, {_columns("phone", _PHONE)}, {_columns("email", _EMAIL)}
    FROM ({_PEOPLE} AND {_IS_CURRENT} AND {{reach}} ORDER BY name, work_id LIMIT %(limit)s) person
    LEFT JOIN LATERAL (
        SELECT * FROM contacts_contactphone WHERE contact_id = person.id ORDER BY is_primary DESC, position, id LIMIT 1
    ) phone ON %(sees_phones)s
    LEFT JOIN LATERAL (
        SELECT * FROM contacts_contactemail WHERE contact_id = person.id ORDER BY is_primary DESC, position, id LIMIT 1
    ) email ON %(sees_emails)s
    ORDER BY person.name, person.work_id
"""  # noqa: S608
_FORMER = f"""
    {_PEOPLE} AND work.until < %(today)s AND NOT EXISTS (
        SELECT 1 FROM contacts_employment still WHERE still.client_id = work.client_id
        AND still.contact_id = work.contact_id AND (still.until IS NULL OR still.until >= %(today)s)
    ) AND {{reach}} ORDER BY work_until DESC, work_id LIMIT %(limit)s
"""  # noqa: S608
_EMPLOYERS = f"""
    SELECT {_columns("work", _WORK, "work_")}, {_columns("clients_client", _CLIENT)}
    FROM contacts_employment work
    LEFT JOIN clients_client ON clients_client.id = work.client_id AND clients_client.deleted_at IS NULL AND {{reach}}
    WHERE work.contact_id = %(contact)s
    ORDER BY work.until DESC NULLS FIRST, work.since DESC NULLS LAST, work.id LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True)
class Colleague:
    """One who works or worked at a client; of one who works there, the first of his phones and e-mails in sight."""

    employment: Employment
    contact: Contact
    phone: ContactPhone | None = None
    email: ContactEmail | None = None


@dataclass(frozen=True)
class Employer:
    """One employment as a reader sees it; `client` is None when he may not see that client."""

    employment: Employment
    client: Client | None


def colleagues_at(client: Client, reader: Any, *, hidden: Collection[str], limit: int) -> list[Colleague]:
    """Who works there, by name, among the contacts in the reader's sight."""
    sees = {"sees_phones": "phones" not in hidden, "sees_emails": "emails" not in hidden}
    rows = _read(_COLLEAGUES, Contact, reader, client=client.pk, limit=limit, **sees)
    kinds = ((Employment, _WORK), (Contact, _PERSON), (ContactPhone, _PHONE), (ContactEmail, _EMAIL))
    return [Colleague(*instances_of(row, kinds)) for row in rows]


def colleagues_on_card(client: Client, reader: Any) -> list[Colleague]:
    """Who works there, as far as a card shows or offers them: asked for once a page, however many panels want it.

    The instance lives as long as the request that read it.
    """
    known: dict[Any, list[Colleague]] = client.__dict__.setdefault("_colleagues", {})
    if reader.pk not in known:
        hidden = hidden_fields(reader, Contact)
        known[reader.pk] = colleagues_at(client, reader, hidden=hidden, limit=MOST_ON_CARD)
    return known[reader.pk]


def former_colleagues_at(client: Client, reader: Any, *, limit: int) -> list[Colleague]:
    """Who worked there and does not any more, the last to leave first, among the contacts in the reader's sight."""
    rows = _read(_FORMER, Contact, reader, client=client.pk, limit=limit)
    return [Colleague(*instances_of(row, ((Employment, _WORK), (Contact, _PERSON)))) for row in rows]


def employers_seen_by(reader: Any, contact: Contact, *, limit: int) -> list[Employer]:
    """Where the person works and worked, the present first."""
    rows = _read(_EMPLOYERS, Client, reader, contact=contact.pk, limit=limit)
    return [Employer(*instances_of(row, ((Employment, _WORK), (Client, _CLIENT)))) for row in rows]


def _read(sql: str, model: Any, reader: Any, **values: Any) -> list[tuple[Any, ...]]:
    reach, reached = reach_sql(model, reader, Action.VIEW)
    named = {f"reach_{number}": value for number, value in enumerate(reached)}
    return rows_of_query(
        sql.format(reach=reach % tuple(f"%({name})s" for name in named)),
        {"today": timezone.localdate(), **values, **named},
    )
