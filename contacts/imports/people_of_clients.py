"""People who stand in the rows of their clients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clients.imports import NOTHING
from contacts.imports.fields import NO_POSITION, PERSON_FIELD
from contacts.imports.person_cells import PersonCell, split_people
from contacts.imports.rows import full_name, left_over, people_of, person_values, reach_of_person
from contacts.imports.writer import ContactWriter
from contacts.models import Contact, Employment
from contacts.person_names import PersonName
from crm.imports.cells import header_key
from crm.imports.drafts import Draft, MappedRow, Note, Value
from crm.imports.options import RunOptions
from crm.imports.values import left_out


@dataclass
class Entry:
    """Somebody who stands in a client's row, and what stands beside him."""

    person: PersonName
    position: str
    parts: dict[str, list[Any]]


class PeopleOfClients:
    """The people named in rows of clients: employed there, in the position that their cell or its header names."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.writer = ContactWriter(replace(options, identity=NOTHING))

    def read(self, row: MappedRow) -> tuple[list[Any], list[Note]]:
        entries: list[Entry] = []
        notes: list[Note] = []
        for value in row.all(PERSON_FIELD.key):
            cell = people_of(value.text)
            entries += [self._entry(person, value, row.number, notes) for person in cell.people]
            if not cell.people:
                notes.append(left_out(row.number, value, _("This is not the name of a person.")))
            elif cell.rest:
                notes.append(left_over(row.number, value, cell.rest))
        # A number with somebody's name beside it is the client's number all the same: its notes are the client's.
        for value in row.all("phone"):
            entries += [self._entry(person, value, row.number, []) for person in split_people(value.text).people
                        if person.is_certain]  # fmt: skip
        return entries, notes

    def _entry(self, person: PersonCell, value: Value, row: int, notes: list[Note]) -> Entry:
        parts, more = reach_of_person(person, value, row=row, options=self.options, locked=self.writer.locked)
        notes += more
        position = person.position or (_position(value.header) if value.field == PERSON_FIELD.key else "")
        if position and person.name.is_acting:
            position = _("%(position)s (acting)") % {"position": position}
        return Entry(person.name, position[:200], parts)

    def write(self, drafts: Sequence[Draft]) -> set[UUID]:
        known = self._known(_client_id(draft) for draft in drafts)
        new: dict[tuple[UUID, str], Draft] = {}
        met: dict[UUID, Draft] = {}
        for draft in drafts:
            for entry in draft.companions.get(PERSON_FIELD.key, []):
                values = person_values(entry.person)
                who = (_client_id(draft), full_name(values))
                if who in new:
                    self.writer.absorb(new[who], Draft(draft.row, None, {}, dict(entry.parts)))
                elif who in known and any(entry.parts.values()):
                    found = Draft(draft.row, None, {}, dict(entry.parts), record=known[who])
                    self.writer.absorb(met.setdefault(known[who].pk, found), found)
                elif who not in known:
                    employment = Employment(client_id=who[0], job_title=entry.position)
                    parts = {**entry.parts, "employments": [employment]}
                    fallbacks = {"country": self.options.region}
                    new[who] = Draft(draft.row, None, values, parts, fallbacks=fallbacks)
        self.writer.create(list(new.values()))
        self.writer.update(list(met.values()))
        return {draft.record.pk for draft in new.values() if draft.record}

    def _known(self, client_ids: Iterable[UUID]) -> dict[tuple[UUID, str], Contact]:
        clients = list(client_ids)
        mine = Contact.objects.editable_by(self.options.user).filter(employments__client__in=clients)
        pairs = mine.values_list("employments__client_id", "name", "pk")
        people = Contact.objects.in_bulk({pk for _client, _name, pk in pairs})
        return {(client, name): people[pk] for client, name, pk in pairs}

    def describe(self, entries: Sequence[Any]) -> list[tuple[str, str]]:
        return [(entry.position or _("Contact"), _shown(entry)) for entry in entries]


def _shown(entry: Entry) -> str:
    reach = [getattr(row, "e164", "") or str(row) for rows in entry.parts.values() for row in rows]
    return ", ".join([full_name(person_values(entry.person)), *reach])


def _client_id(draft: Draft) -> UUID:
    if draft.record is None:
        raise ValueError("The client of a person is written before the person.")
    return draft.record.pk


def _position(header: str) -> str:
    is_none = header_key(header) in {header_key(word) for word in NO_POSITION}
    return "" if is_none else " ".join(header.replace("_", " ").split())
