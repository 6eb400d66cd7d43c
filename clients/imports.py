"""Clients from a file: which columns they have there, and what makes two rows one client."""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models.functions import MD5
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.import_fields import FIELDS, KIND_WORDS, SIZE_WORDS, STATUS_WORDS
from clients.models import Client, ClientEmail, ClientKind, ClientPhone, ClientSize, ClientStatus, match_key
from clients.tax_ids import check_tax_id
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem
from crm.imports.places import read_country
from crm.imports.registry import Identity, ImportTarget, register
from crm.imports.values import (
    comparable,
    fitting,
    left_out,
    phone_identity,
    read_choice,
    read_emails,
    read_phones,
    split_postal_code,
)
from crm.imports.writing import RecordWriter, describe, require

NAME_AND_ADDRESS, TAX_ID, EXTERNAL_ID, NOTHING = "name_and_address", "tax_id", "external_id", "nothing"
_PLAIN_FIELDS = ("legal_name", "external_id", "website", "industry", "source", "region", "city")
_CHOICES: dict[str, tuple[Any, dict[str, str]]] = {
    "kind": (ClientKind.choices, KIND_WORDS),
    "status": (ClientStatus.choices, STATUS_WORDS),
    "size": (ClientSize.choices, SIZE_WORDS),
}


class ClientWriter(RecordWriter):
    model = Client
    part_identities: ClassVar[dict[str, Any]] = {
        "phones": phone_identity,
        "emails": lambda email: email.normalised,
    }
    computed_fields = ("match_key",)

    def prepare(self, record: Client) -> None:
        record.refresh_match_key()

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        values = self.plain_values(row, _PLAIN_FIELDS)
        values["name"] = fitting(
            require(row.first("name"), field="name", label=_("name")), 500, field="name", column=_("name")
        )
        values |= self._address(row)
        values |= self._choices(row, notes)
        values |= self._joined(row)
        values["country"], more = read_country(row)
        notes += more
        country = values["country"] or self.options.region
        if row.first("tax_id"):
            values["tax_id"] = self._tax_id(row.first("tax_id"), country)
        filled = {name: value for name, value in values.items() if value and name not in self.locked}
        return Draft(
            row=row.number,
            key=self._key(filled),
            values=filled,
            parts=self._parts(row, notes),
            notes=notes,
            # Local numbers are read by the client's country ever after, so a new client has one.
            fallbacks={"country": self.options.region},
        )

    def _address(self, row: MappedRow) -> dict[str, str]:
        address = " ".join(row.first("address").split())
        postal_code = row.first("postal_code")
        if not postal_code and "postal_code" not in self.locked:
            postal_code, address = split_postal_code(address, self.options.region)
        return {
            "postal_code": fitting(postal_code, 20, field="postal_code", column=_("postal code")),
            "address": fitting(address, 500, field="address", column=_("address")),
        }

    def _choices(self, row: MappedRow, notes: list[Note]) -> dict[str, str]:
        found = {}
        for name, (choices, words) in _CHOICES.items():
            for value in row.all(name):
                found[name] = read_choice(value.text, choices, words) or (
                    _size_of(value.text) if name == "size" else ""
                )
                if not found[name]:
                    notes.append(left_out(row.number, value, _("This is none of the possible values.")))
        return found

    def _joined(self, row: MappedRow) -> dict[str, Any]:
        lines = [f"{value.header}: {value.text}" for value in row.all("note")]
        description = [value.text for value in row.all("description")]
        tags = [tag.strip()[:50] for value in row.all("tags") for tag in value.text.replace(";", ",").split(",")]
        return {
            "description": "\n".join([*description, *lines]),
            "tags": list(dict.fromkeys(tag for tag in tags if tag)),
        }

    def _tax_id(self, typed: str, country: str) -> str:
        try:
            return check_tax_id(fitting(typed, 30, field="tax_id", column=_("tax id")), country)
        except ValidationError as error:
            raise RowProblem(" ".join(error.messages), field="tax_id", column=_("tax id"), value=typed) from error

    def _parts(self, row: MappedRow, notes: list[Note]) -> dict[str, list[Any]]:
        options = self.options
        parts: dict[str, list[Any]] = {}
        if "phones" not in self.locked:
            parts["phones"], more = read_phones(
                row.all("phone", "fax"),
                model=ClientPhone,
                row=row.number,
                region=options.region,
                area_code=options.area_code,
                fax_fields=["fax"],
            )
            notes += more
        if "emails" not in self.locked:
            parts["emails"], more = read_emails(row.all("email"), model=ClientEmail, row=row.number)
            notes += more
        return {name: self._unique(name, rows) for name, rows in parts.items()}

    def _key(self, values: dict[str, Any]) -> Hashable | None:
        identity = self.options.identity
        if identity == NAME_AND_ADDRESS:
            return _name_and_address(values)
        if identity in (TAX_ID, EXTERNAL_ID) and values.get(identity):
            return comparable(values[identity])
        return None

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, Client]:
        wanted = [draft for draft in drafts if draft.key is not None]
        if not wanted:
            return {}
        mine = Client.objects.editable_by(self.options.user).order_by("id")
        if self.options.identity == NAME_AND_ADDRESS:
            return self._find_by_name_and_address(wanted, mine)
        field = self.options.identity
        # Ids are compared as stored; their case is folded on our side only.
        candidates = mine.filter(**{f"{field}__in": {draft.values[field] for draft in wanted}})
        return {comparable(getattr(client, field)): client for client in reversed(candidates)}

    def _find_by_name_and_address(self, drafts: Sequence[Draft], mine: Any) -> dict[Hashable, Client]:
        coarse = {_coarse_key(draft.values): draft for draft in drafts}
        candidates: dict[str, list[Client]] = {}
        hashes = mine.annotate(match_hash=MD5("match_key")).filter(match_hash__in=[_md5(key) for key in coarse])
        for client in hashes:
            candidates.setdefault(client.match_key, []).append(client)
        found: dict[Hashable, Client] = {}
        for draft in drafts:
            for client in candidates.get(_coarse_key(draft.values), []):
                if _is_same(draft.values, client):
                    found.setdefault(draft.key, client)
        return found

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        return describe(Client, draft)


def _coarse_key(values: dict[str, Any]) -> str:
    return match_key(values["name"], f"{values.get('postal_code', '')} {values.get('address', '')}")


def _name_and_address(values: dict[str, Any]) -> tuple[str, ...]:
    address = comparable(values.get("postal_code", ""), values.get("address", ""))
    places = [comparable(values.get(name, "")) for name in ("city", "region")]
    return (comparable(values["name"]), address, *places)


def _is_same(values: dict[str, Any], client: Client) -> bool:
    """Street and name must agree; a city or region that one side does not name is no difference."""
    stored = {name: getattr(client, name) for name in ("name", "postal_code", "address", "city", "region")}
    here, there = _name_and_address(values), _name_and_address(stored)
    return here[:2] == there[:2] and all(a == b or not a or not b for a, b in zip(here[2:], there[2:], strict=True))


def _size_of(text: str) -> str:
    """The size class of a number of people, such as "1 200"."""
    digits = "".join(text.replace(",", "").split())
    if not digits.isdigit():
        return ""
    limits = ((10, ClientSize.MICRO), (50, ClientSize.SMALL), (250, ClientSize.MEDIUM), (1000, ClientSize.LARGE))
    return next((size for limit, size in limits if int(digits) < limit), ClientSize.HUGE)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


register(
    ImportTarget(
        key="clients",
        label=gettext_lazy("Clients"),
        model=Client,
        fields=FIELDS,
        identities=(
            Identity(NAME_AND_ADDRESS, gettext_lazy("Name and address"), ("name", "address", "postal_code")),
            Identity(TAX_ID, gettext_lazy("Tax id"), ("tax_id",)),
            Identity(EXTERNAL_ID, gettext_lazy("External id"), ("external_id",)),
            Identity(NOTHING, gettext_lazy("Nothing: every row is a new client")),
        ),
        required=(frozenset({"name"}),),
        open=ClientWriter,
        order=10,
    )
)
