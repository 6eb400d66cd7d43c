"""Values of one row of people: names, birthday, notes, messengers, and what tells a person from a namesake."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.person_cells import PersonCell, SplitCell, split_people
from contacts.models import ContactEmail, ContactPhone, Messenger
from contacts.person_names import PersonName, parse_person_name
from crm.imports.dates import read_date
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem, Value
from crm.imports.options import RunOptions
from crm.imports.values import comparable, fitting, left_out, read_emails, read_phones

NAME_AND_REACH, EMAIL, EXTERNAL_ID = "name_and_reach", "email", "external_id"
EMPLOYER = "employer"


def person_values(person: PersonName) -> dict[str, Any]:
    values = {
        "last_name": person.last,
        "first_name": person.first,
        "middle_name": person.middle,
        "salutation": person.salutation,
    }
    return {name: value for name, value in values.items() if value}


def people_of(text: str) -> SplitCell:
    """The people of a cell that is meant for names."""
    cell = split_people(text)
    if not cell.people:
        # "Judge Reinhold" begins with what may be a position.
        person = parse_person_name(text)
        return SplitCell([] if person.is_empty else [PersonCell(person)], [])
    return cell


def person_of(row: MappedRow, notes: list[Note]) -> PersonCell:
    """Whom the row is about, with what stands beside his name; more people than one are told.

    Raises RowProblem for a row without a name.
    """
    parts = {name: row.first(name) for name in ("last_name", "first_name", "middle_name")}
    for name, text in parts.items():
        fitting(text, 100, field=name, column=name)
    if parts["last_name"] or parts["first_name"]:
        return PersonCell(PersonName(parts["first_name"], parts["middle_name"], parts["last_name"]))
    value = next(iter(row.all("name")), None)
    if value is None:
        mapped = next((name for name in ("name", *parts) if name in row.columns), "name")
        raise RowProblem(_("There is no name."), field=mapped, column=_("Full name"))
    cell = people_of(value.text)
    if not cell.people:
        raise RowProblem(_("This is not the name of a person."), field="name", column=_("Full name"), value=value.text)
    others = [full_name(person_values(other.name)) for other in cell.people[1:]]
    if others or cell.rest:
        notes.append(left_over(row.number, value, [*others, *cell.rest]))
    return cell.people[0]


def left_over(row: int, value: Value, words: list[str]) -> Note:
    """Words of a cell that were not understood."""
    return left_out(row, value, _("This was left out: %(words)s") % {"words": "; ".join(words)})


def reach_of_person(
    person: PersonCell, value: Value, *, row: int, options: RunOptions, locked: frozenset[str]
) -> tuple[dict[str, list[Any]], list[Note]]:
    """Phones and e-mails that stand beside a name, those that the importer may write."""
    parts: dict[str, list[Any]] = {}
    notes: list[Note] = []
    if "phones" not in locked:
        parts["phones"], more = read_phones(
            [value._replace(text=text) for text in person.phones],
            model=ContactPhone,
            row=row,
            region=options.region,
            area_code=options.area_code,
            fax_fields=(),
        )
        notes += more
    if "emails" not in locked:
        emails = [value._replace(text=text) for text in person.emails]
        parts["emails"], more = read_emails(emails, model=ContactEmail, row=row)
        notes += more
    return parts, notes


def full_name(values: dict[str, Any]) -> str:
    return " ".join(values[name] for name in ("last_name", "first_name", "middle_name") if values.get(name))


def birthday_of(row: MappedRow, notes: list[Note]) -> date | None:
    for value in row.all("birthday"):
        birthday = read_date(value.text, is_month_first=value.is_month_first)
        if birthday and birthday > timezone.localdate() and str(birthday.year) not in value.text:
            # "01.02.65": of the two centuries that fit, the one in which somebody could have been born.
            birthday = birthday.replace(year=birthday.year - 100)
        if birthday and birthday <= timezone.localdate():
            return birthday
        notes.append(left_out(row.number, value, _("This is not a date in the past.")))
    return None


def notes_of(row: MappedRow, position: str) -> str:
    """`position` is what stands beside the name."""
    lines = [value.text for value in row.all("notes")]
    lines += [f"{value.header}: {value.text}" for value in row.all("note")]
    if not row.first("company"):
        # Without an employer there is no employment to hold them.
        lines += [f"{value.header}: {value.text}" for value in row.all("job_title", "department")]
        lines += [position] if position else []
    return "\n".join(lines)


def messenger_of(value: Value) -> Messenger:
    account = value.text[:200]
    normalised = "".join(account.split()).lstrip("@").casefold()
    return Messenger(kind=value.field, account=account, normalised=normalised)


def reach_of_draft(draft: Draft) -> set[tuple[str, str]]:
    """What tells a person from a namesake, e-mail first in order."""
    reach = {(EMAIL, email.normalised) for email in draft.parts.get("emails", [])}
    reach |= {("phone", phone.e164) for phone in draft.parts.get("phones", []) if phone.e164}
    reach |= {(EMPLOYER, comparable(post.company)) for post in draft.companions.get(EMPLOYER, [])}
    if draft.values.get("address"):
        reach.add(("place", comparable(draft.values.get("postal_code", ""), draft.values["address"])))
    return reach


def fingerprint(draft: Draft) -> str:
    """The same for rows that say the same of a person."""
    parts = {name: sorted(map(str, rows)) for name, rows in draft.parts.items() if rows}
    return repr((sorted(draft.values.items()), sorted(parts.items())))


def is_all_known(draft: Draft, contact: Any) -> bool:
    """Whether the person is stored with everything that the row says of him."""
    parts = {name: set(map(str, getattr(contact, name).all())) for name, rows in draft.parts.items() if rows}
    return all(getattr(contact, name) == value for name, value in draft.values.items()) and all(
        set(map(str, draft.parts[name])) <= stored for name, stored in parts.items()
    )
