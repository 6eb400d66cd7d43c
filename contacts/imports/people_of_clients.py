"""People who stand in the rows of their clients."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clients.imports import NOTHING
from contacts.imports.fields import NO_POSITION, PERSON_FIELD
from contacts.imports.rows import full_name, person_values
from contacts.imports.writer import ContactWriter
from contacts.models import Contact, Employment
from contacts.person_names import PersonName, parse_person_name
from crm.imports.cells import header_key
from crm.imports.drafts import Draft, MappedRow, Note
from crm.imports.options import RunOptions
from crm.imports.values import (
    left_out,
)


class PeopleOfClients:
    """The people named in rows of clients: employed there, in the position that the column's header names."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.writer = ContactWriter(replace(options, identity=NOTHING))

    def read(self, row: MappedRow) -> tuple[list[Any], list[Note]]:
        entries: list[tuple[PersonName, str]] = []
        notes: list[Note] = []
        for value in row.all(PERSON_FIELD.key):
            person = parse_person_name(value.text)
            if person.is_empty:
                notes.append(left_out(row.number, value, _("This is not the name of a person.")))
            else:
                entries.append((person, _position(value.header, person)))
        return entries, notes

    def write(self, drafts: Sequence[Draft]) -> set[UUID]:
        known = self._known(_client_id(draft) for draft in drafts)
        people = []
        for draft in drafts:
            for person, position in draft.companions.get(PERSON_FIELD.key, []):
                values = person_values(person)
                who = (_client_id(draft), full_name(values))
                if who in known:
                    continue
                known.add(who)
                employment = Employment(client_id=_client_id(draft), job_title=position[:200])
                fallbacks = {"country": self.options.region}
                people.append(Draft(draft.row, None, values, {"employments": [employment]}, fallbacks=fallbacks))
        self.writer.create(people)
        return {draft.record.pk for draft in people if draft.record}

    def _known(self, client_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
        mine = Contact.objects.editable_by(self.options.user).filter(employments__client__in=list(client_ids))
        return set(mine.values_list("employments__client_id", "name"))

    def describe(self, entries: Sequence[Any]) -> list[tuple[str, str]]:
        return [(position or _("Contact"), full_name(person_values(person))) for person, position in entries]


def _client_id(draft: Draft) -> UUID:
    if draft.record is None:
        raise ValueError("The client of a person is written before the person.")
    return draft.record.pk


def _position(header: str, person: PersonName) -> str:
    if header_key(header) in {header_key(word) for word in NO_POSITION}:
        return ""
    position = " ".join(header.replace("_", " ").split())
    return _("%(position)s (acting)") % {"position": position} if person.is_acting else position
