"""People from rows of their own."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from clients.imports import NOTHING, ClientWriter
from clients.models import Client
from contacts.imports.person_cells import PersonCell
from contacts.imports.rows import (
    EMAIL,
    EMPLOYER,
    EXTERNAL_ID,
    NAME_AND_REACH,
    birthday_of,
    fingerprint,
    full_name,
    is_all_known,
    messenger_of,
    notes_of,
    person_of,
    person_values,
    reach_of_draft,
    reach_of_person,
)
from contacts.models import Contact, ContactEmail, ContactPhone, Employment
from crm.access.rights import Action, hidden_fields, may
from crm.imports.drafts import Draft, MappedRow, Note, Value
from crm.imports.places import read_country
from crm.imports.values import (
    comparable,
    fitting,
    left_out,
    phone_identity,
    read_emails,
    read_phones,
    split_postal_code,
)
from crm.imports.writing import RecordWriter, describe

_MESSENGERS = ("telegram", "whatsapp", "skype", "linkedin")
_PLAIN_FIELDS = ("salutation", "city", "region", "external_id")


@dataclass(frozen=True)
class Post:
    """Where a person works: the employer by name, until the client is found."""

    company: str
    job_title: str
    department: str
    value: Value


class ContactWriter(RecordWriter):
    model = Contact
    part_identities: ClassVar[dict[str, Any]] = {
        "phones": phone_identity,
        "emails": lambda email: email.normalised,
        "messengers": lambda messenger: (messenger.kind, messenger.normalised),
        "employments": lambda employment: (employment.client_id, employment.job_title.casefold()),
    }
    computed_fields = ("name",)

    def prepare(self, record: Contact) -> None:
        record.name = record.compose_name()

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        person = person_of(row, notes)
        values = self._values(row, person, notes)
        posts = self._posts(row, person)
        filled = {name: value for name, value in values.items() if value and name not in self.locked}
        draft = Draft(row.number, None, filled, self._parts(row, person, notes), notes, {EMPLOYER: posts})
        draft.key = self._key(draft)
        return draft

    def _values(self, row: MappedRow, person: PersonCell, notes: list[Note]) -> dict[str, Any]:
        values = self.plain_values(row, _PLAIN_FIELDS)
        values |= person_values(person.name)
        address = " ".join(row.first("address").split())
        code, rest = split_postal_code(address, self.options.region)
        typed = row.first("postal_code")
        values["postal_code"] = fitting(typed or code, 20, field="postal_code", column=_("postal code"))
        values["address"] = fitting(address if typed else rest, 500, field="address", column=_("address"))
        values["country"], more = read_country(row)
        notes += more
        values["birthday"] = birthday_of(row, notes)
        values["notes"] = notes_of(row, person.position)
        tags = [tag.strip()[:50] for value in row.all("tags") for tag in value.text.replace(";", ",").split(",")]
        values["tags"] = list(dict.fromkeys(tag for tag in tags if tag))
        return values

    def _posts(self, row: MappedRow, person: PersonCell) -> list[Post]:
        value = next(iter(row.all("company")), None)
        if value is None or "employments" in self.locked:
            return []
        company = fitting(value.text, 500, field="company", column=_("company"))
        title = fitting(row.first("job_title") or person.position, 200, field="job_title", column=_("position"))
        department = fitting(row.first("department"), 200, field="department", column=_("department"))
        return [Post(company, title, department, value)]

    def _parts(self, row: MappedRow, person: PersonCell, notes: list[Note]) -> dict[str, list[Any]]:
        options = self.options
        parts: dict[str, list[Any]] = {}
        if "phones" not in self.locked:
            parts["phones"], more = read_phones(
                row.all("phone", "fax"),
                model=ContactPhone,
                row=row.number,
                region=options.region,
                area_code=options.area_code,
                fax_fields=["fax"],
            )
            notes += more
        if "emails" not in self.locked:
            parts["emails"], more = read_emails(row.all("email"), model=ContactEmail, row=row.number)
            notes += more
        if "messengers" not in self.locked:
            parts["messengers"] = [messenger_of(value) for value in row.all(*_MESSENGERS)]
        self._add_reach(row, person, parts, notes)
        return {name: self._unique(name, rows) for name, rows in parts.items()}

    def _add_reach(self, row: MappedRow, person: PersonCell, parts: dict[str, list[Any]], notes: list[Note]) -> None:
        """Phones and e-mails that stand in the cell of the name come first."""
        if not person.phones and not person.emails:
            return
        value = row.all("name")[0]
        beside, more = reach_of_person(person, value, row=row.number, options=self.options, locked=self.locked)
        for name, rows in beside.items():
            parts[name] = [*rows, *parts[name]]
        notes += more

    def _key(self, draft: Draft) -> Hashable | None:
        identity = self.options.identity
        if identity == EXTERNAL_ID:
            return comparable(draft.values["external_id"]) if draft.values.get("external_id") else None
        reached = sorted(reach_of_draft(draft))
        if identity == EMAIL:
            return next((value for kind, value in reached if kind == EMAIL), None)
        if identity == NAME_AND_REACH:
            # People of whom nothing but the name is known are told apart by all that the file says of them.
            told = reached[0] if reached else ("", fingerprint(draft))
            return (comparable(full_name(draft.values)), told)
        return None

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, Contact]:
        wanted = [draft for draft in drafts if draft.key is not None]
        if not wanted:
            return {}
        mine = Contact.objects.editable_by(self.options.user).order_by("-id")
        if self.options.identity == EXTERNAL_ID:
            found = mine.filter(external_id__in={draft.values["external_id"] for draft in wanted})
            return {comparable(contact.external_id): contact for contact in found}
        if self.options.identity == EMAIL:
            with_email = mine.filter(emails__normalised__in={draft.key for draft in wanted}).prefetch_related("emails")
            return {email.normalised: contact for contact in with_email for email in contact.emails.all()}
        return self._find_by_name_and_reach(wanted, mine)

    def _find_by_name_and_reach(self, drafts: Sequence[Draft], mine: Any) -> dict[Hashable, Contact]:
        names = {full_name(draft.values) for draft in drafts}
        named: dict[str, list[tuple[Contact, set[tuple[str, str]]]]] = {}
        for contact in mine.filter(name__in=names).prefetch_related("phones", "emails", "messengers", "employments"):
            named.setdefault(contact.name, []).append((contact, self._reach_of(contact)))
        found: dict[Hashable, Contact] = {}
        for draft in drafts:
            for contact, reach in named.get(full_name(draft.values), []):
                told = reach_of_draft(draft)
                if draft.key is not None and (
                    reach & told or (not reach and not told and is_all_known(draft, contact))
                ):
                    found[draft.key] = contact
        return found

    def _reach_of(self, contact: Contact) -> set[tuple[str, str]]:
        reach: set[tuple[str, str]] = set()
        if "phones" not in self.locked:
            reach |= {("phone", phone.e164) for phone in contact.phones.all() if phone.e164}
        if "emails" not in self.locked:
            reach |= {(EMAIL, email.normalised) for email in contact.emails.all()}
        if not self.locked & {"address", "postal_code"} and contact.address:
            reach.add(("place", comparable(contact.postal_code, contact.address)))
        if "employments" not in self.locked and contact.employments.all():
            employers = [employment.client_id for employment in contact.employments.all()]
            seen = Client.objects.visible_to(self.options.user).filter(pk__in=employers)
            reach |= {(EMPLOYER, comparable(name)) for name in seen.values_list("name", flat=True)}
        return reach

    def create(self, drafts: Sequence[Draft]) -> None:
        self._employ(drafts)
        super().create(drafts)

    def update(self, drafts: Sequence[Draft]) -> set[UUID]:
        self._employ(drafts)
        return super().update(drafts)

    def _employ(self, drafts: Sequence[Draft]) -> None:
        posts = [post for draft in drafts for post in draft.companions.get(EMPLOYER, [])]
        employers = self._employers({post.company for post in posts})
        for draft in drafts:
            employments = []
            for post in draft.companions.get(EMPLOYER, []):
                if post.company in employers:
                    client = employers[post.company]
                    employments.append(Employment(client=client, job_title=post.job_title, department=post.department))
                else:
                    sentence = _("There is no such client, and your role does not let you add one.")
                    draft.notes.append(left_out(draft.row, post.value, sentence))
            if employments:
                draft.parts["employments"] = self._unique("employments", employments)

    def _employers(self, names: set[str]) -> dict[str, Client]:
        """Clients of these names that the importer sees; missing ones are added when he may."""
        if not names or "name" in hidden_fields(self.options.user, Client):
            return {}
        seen = Client.objects.visible_to(self.options.user).filter(name__in=names).order_by("-id")
        found: dict[str, Client] = {client.name: client for client in seen}
        missing = sorted(names - set(found))
        if missing and may(self.options.user, Action.ADD, Client):
            writer = ClientWriter(replace(self.options, identity=NOTHING))
            drafts = [Draft(0, None, {"name": name}, {}) for name in missing]
            writer.create(drafts)
            found |= {draft.record.name: draft.record for draft in drafts if isinstance(draft.record, Client)}
        return found

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        posts = [
            (_("Company"), ", ".join(filter(None, [post.company, post.job_title, post.department])))
            for post in draft.companions.get(EMPLOYER, [])
        ]
        return [*describe(Contact, draft), *posts]
