"""Values of one row of people: names, birthday, notes, messengers, and what tells a person from a namesake."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Messenger
from contacts.person_names import PersonName, parse_person_name
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem, Value
from crm.imports.values import (
    comparable,
    fitting,
    left_out,
    read_date,
)

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


def name_parts(row: MappedRow) -> dict[str, str]:
    """Raises RowProblem for a row without a name."""
    given = {name: fitting(row.first(name), 100, column=name) for name in ("last_name", "first_name", "middle_name")}
    if given["last_name"] or given["first_name"]:
        return given
    text = row.first("name")
    person = parse_person_name(text)
    if person.is_empty:
        sentence = _("This is not the name of a person.") if text else _("There is no name.")
        raise RowProblem(sentence, column=_("Full name"), value=text)
    return person_values(person)


def full_name(values: dict[str, Any]) -> str:
    return " ".join(values[name] for name in ("last_name", "first_name", "middle_name") if values.get(name))


def birthday_of(row: MappedRow, notes: list[Note]) -> date | None:
    for value in row.all("birthday"):
        birthday = read_date(value.text)
        if birthday and birthday <= timezone.localdate():
            return birthday
        notes.append(left_out(row.number, value, _("This is not a date in the past.")))
    return None


def notes_of(row: MappedRow) -> str:
    lines = [value.text for value in row.all("notes")]
    lines += [f"{value.header}: {value.text}" for value in row.all("note")]
    if not row.first("company"):
        # Without an employer there is no employment to hold them.
        lines += [f"{value.header}: {value.text}" for value in row.all("job_title", "department")]
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
