"""People from a file, and people who stand in the rows of their clients."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.imports import NOTHING, ClientWriter
from clients.models import Client
from contacts.import_fields import FIELDS, NO_POSITION, PERSON_FIELD
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, Messenger
from contacts.person_names import PersonName, parse_person_name
from crm.access.rights import Action, hidden_fields, may
from crm.imports.cells import header_key
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem, Value
from crm.imports.options import RunOptions
from crm.imports.places import read_country
from crm.imports.registry import Identity, ImportCompanion, ImportTarget, register
from crm.imports.values import (
    comparable,
    fitting,
    left_out,
    phone_identity,
    read_date,
    read_emails,
    read_phones,
    split_postal_code,
)
from crm.imports.writing import RecordWriter, describe

NAME_AND_REACH, EMAIL, EXTERNAL_ID = "name_and_reach", "email", "external_id"
_MESSENGERS = ("telegram", "whatsapp", "skype", "linkedin")
_PLAIN_FIELDS = ("salutation", "city", "region", "external_id")
_EMPLOYER = "employer"


@dataclass(frozen=True)
class Post:
    """Where a person works: the employer by name, until the client is found."""

    company: str
    job_title: str
    department: str


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
        values = self._values(row, notes)
        posts = self._posts(row)
        filled = {name: value for name, value in values.items() if value and name not in self.locked}
        draft = Draft(row.number, None, filled, self._parts(row, notes), notes, {_EMPLOYER: posts})
        draft.key = self._key(draft)
        return draft

    def _values(self, row: MappedRow, notes: list[Note]) -> dict[str, Any]:
        values = self.plain_values(row, _PLAIN_FIELDS)
        values |= {name: part for name, part in _name_parts(row).items() if part}
        address = " ".join(row.first("address").split())
        code, rest = split_postal_code(address, self.options.region)
        values["postal_code"] = fitting(row.first("postal_code") or code, 20, column=_("postal code"))
        values["address"] = fitting(address if row.first("postal_code") else rest, 500, column=_("address"))
        values["country"], more = read_country(row)
        notes += more
        values["birthday"] = _birthday(row, notes)
        values["notes"] = _notes(row)
        tags = [tag.strip()[:50] for value in row.all("tags") for tag in value.text.replace(";", ",").split(",")]
        values["tags"] = list(dict.fromkeys(tag for tag in tags if tag))
        return values

    def _posts(self, row: MappedRow) -> list[Post]:
        if not row.first("company") or "employments" in self.locked:
            return []
        company = fitting(row.first("company"), 500, column=_("company"))
        title = fitting(row.first("job_title"), 200, column=_("position"))
        return [Post(company, title, fitting(row.first("department"), 200, column=_("department")))]

    def _parts(self, row: MappedRow, notes: list[Note]) -> dict[str, list[Any]]:
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
            parts["messengers"] = [_messenger(value) for value in row.all(*_MESSENGERS)]
        return {name: self._unique(name, rows) for name, rows in parts.items()}

    def _key(self, draft: Draft) -> Hashable | None:
        identity = self.options.identity
        if identity == EXTERNAL_ID:
            return comparable(draft.values["external_id"]) if draft.values.get("external_id") else None
        reached = sorted(_reach(draft))
        if identity == EMAIL:
            return next((value for kind, value in reached if kind == EMAIL), None)
        if identity == NAME_AND_REACH and reached:
            return (comparable(_full_name(draft.values)), reached[0])
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
        names = {_full_name(draft.values) for draft in drafts}
        named: dict[str, list[tuple[Contact, set[tuple[str, str]]]]] = {}
        for contact in mine.filter(name__in=names).prefetch_related("phones", "emails", "employments"):
            named.setdefault(contact.name, []).append((contact, self._reach_of(contact)))
        found: dict[Hashable, Contact] = {}
        for draft in drafts:
            for contact, reach in named.get(_full_name(draft.values), []):
                if draft.key is not None and reach & _reach(draft):
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
            reach |= {(_EMPLOYER, comparable(name)) for name in seen.values_list("name", flat=True)}
        return reach

    def create(self, drafts: Sequence[Draft]) -> None:
        self._employ(drafts)
        super().create(drafts)

    def update(self, drafts: Sequence[Draft]) -> set[UUID]:
        self._employ(drafts)
        return super().update(drafts)

    def _employ(self, drafts: Sequence[Draft]) -> None:
        posts = [post for draft in drafts for post in draft.companions.get(_EMPLOYER, [])]
        employers = self._employers({post.company for post in posts})
        for draft in drafts:
            employments = []
            for post in draft.companions.get(_EMPLOYER, []):
                if post.company in employers:
                    client = employers[post.company]
                    employments.append(Employment(client=client, job_title=post.job_title, department=post.department))
                else:
                    sentence = _("There is no such client, and your role does not let you add one.")
                    draft.notes.append(left_out(draft.row, Value("company", _("Company"), post.company), sentence))
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
            writer = ClientWriter(_with_identity(self.options, NOTHING))
            drafts = [Draft(0, None, {"name": name}, {}) for name in missing]
            writer.create(drafts)
            found |= {draft.record.name: draft.record for draft in drafts if isinstance(draft.record, Client)}
        return found

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        posts = [
            (_("company"), ", ".join(filter(None, [post.company, post.job_title, post.department])))
            for post in draft.companions.get(_EMPLOYER, [])
        ]
        return [*describe(Contact, draft), *posts]


class PeopleOfClients:
    """The people named in rows of clients: employed there, in the position that the column's header names."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.writer = ContactWriter(_with_identity(options, NOTHING))

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
                values = _person_values(person)
                who = (_client_id(draft), _full_name(values))
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
        return [(position or _("contact"), _full_name(_person_values(person))) for person, position in entries]


def _client_id(draft: Draft) -> UUID:
    if draft.record is None:
        raise ValueError("The client of a person is written before the person.")
    return draft.record.pk


def _position(header: str, person: PersonName) -> str:
    if header_key(header) in {header_key(word) for word in NO_POSITION}:
        return ""
    position = " ".join(header.replace("_", " ").split())
    return _("%(position)s (acting)") % {"position": position} if person.is_acting else position


def _person_values(person: PersonName) -> dict[str, Any]:
    values = {
        "last_name": person.last,
        "first_name": person.first,
        "middle_name": person.middle,
        "salutation": person.salutation,
    }
    return {name: value for name, value in values.items() if value}


def _name_parts(row: MappedRow) -> dict[str, str]:
    """Raises RowProblem for a row without a name."""
    given = {name: fitting(row.first(name), 100, column=name) for name in ("last_name", "first_name", "middle_name")}
    if given["last_name"] or given["first_name"]:
        return given
    text = row.first("name")
    person = parse_person_name(text)
    if person.is_empty:
        sentence = _("This is not the name of a person.") if text else _("There is no name.")
        raise RowProblem(sentence, column=_("Full name"), value=text)
    return _person_values(person)


def _full_name(values: dict[str, Any]) -> str:
    return " ".join(values[name] for name in ("last_name", "first_name", "middle_name") if values.get(name))


def _birthday(row: MappedRow, notes: list[Note]) -> date | None:
    for value in row.all("birthday"):
        birthday = read_date(value.text)
        if birthday and birthday <= timezone.localdate():
            return birthday
        notes.append(left_out(row.number, value, _("This is not a date in the past.")))
    return None


def _notes(row: MappedRow) -> str:
    lines = [value.text for value in row.all("notes")]
    lines += [f"{value.header}: {value.text}" for value in row.all("note")]
    if not row.first("company"):
        # Without an employer there is no employment to hold them.
        lines += [f"{value.header}: {value.text}" for value in row.all("job_title", "department")]
    return "\n".join(lines)


def _messenger(value: Value) -> Messenger:
    account = value.text[:200]
    normalised = "".join(account.split()).lstrip("@").casefold()
    return Messenger(kind=value.field, account=account, normalised=normalised)


def _reach(draft: Draft) -> set[tuple[str, str]]:
    """What tells a person from a namesake, e-mail first in order."""
    reach = {(EMAIL, email.normalised) for email in draft.parts.get("emails", [])}
    reach |= {("phone", phone.e164) for phone in draft.parts.get("phones", []) if phone.e164}
    reach |= {(_EMPLOYER, comparable(post.company)) for post in draft.companions.get(_EMPLOYER, [])}
    if draft.values.get("address"):
        reach.add(("place", comparable(draft.values.get("postal_code", ""), draft.values["address"])))
    return reach


def _with_identity(options: RunOptions, identity: str) -> RunOptions:
    return replace(options, identity=identity)


register(
    ImportTarget(
        key="contacts",
        label=gettext_lazy("Contacts"),
        model=Contact,
        fields=FIELDS,
        identities=(
            Identity(
                NAME_AND_REACH,
                gettext_lazy("Name, and an e-mail, phone, employer or address"),
                ("name", "first_name", "middle_name", "last_name"),
            ),
            Identity(EMAIL, gettext_lazy("E-mail"), ("emails",)),
            Identity(EXTERNAL_ID, gettext_lazy("External id"), ("external_id",)),
            Identity(NOTHING, gettext_lazy("Nothing: every row is a new contact")),
        ),
        required=(frozenset({"name", "last_name", "first_name"}),),
        open=ContactWriter,
        order=20,
    )
)
register(
    ImportCompanion(key=PERSON_FIELD.key, target="clients", model=Contact, fields=(PERSON_FIELD,), open=PeopleOfClients)
)
