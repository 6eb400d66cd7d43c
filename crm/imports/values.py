"""Cells turned into the values of fields: phones, e-mails, dates, choices, addresses."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.imports.cells import header_key
from crm.imports.drafts import Note, RowProblem, Value
from crm.imports.models import ProblemKind
from crm.phones.models import PhoneKind
from crm.phones.parsing import FAX, MOBILE, ParsedPhone, is_mobile, split_phones

_EMAIL_GAPS = re.compile(r"[\s,;|<>()]+")
_GAPS_AROUND_AT = re.compile(r"\s*@\s*")
_POSTAL_CODE_OF_SIX = re.compile(r"(\d{6})(?:\s*[,;.]\s*|\s+)(?=\S)")
_POSTAL_CODE_OF_FIVE = re.compile(r"(\d{5})(?:\s*[,;]\s*)(?=\S)")
_POSTAL_CODE_BEFORE_CITY = re.compile(r"(\d{5})\s+(?=\S)")
# Where a number that leads an address is a house, not a postal code.
_HOUSE_NUMBER_FIRST = {"", "US", "CA", "GB", "AU", "NZ", "IE"}
_LONGEST_TYPED = 200


def read_phones(
    values: Iterable[Value], *, model: type[Any], row: int, region: str, area_code: str, fax_fields: Iterable[str]
) -> tuple[list[Any], list[Note]]:
    """Unsaved rows of `model` (a Phone), and a note for each number that could not be understood."""
    faxes = set(fax_fields)
    phones: list[Any] = []
    notes: list[Note] = []
    for value in values:
        for parsed in split_phones(value.text, region=region, area_code=area_code):
            kind = _phone_kind(parsed, is_fax=value.field in faxes)
            phones.append(
                model(typed=parsed.typed[:_LONGEST_TYPED], e164=parsed.e164, extension=parsed.extension, kind=kind)
            )
            if not parsed.is_valid:
                sentence = _("The phone number could not be understood and is kept as typed.")
                notes.append(Note(row, ProblemKind.PHONE, value.header, parsed.typed, sentence, value.column_index))
    return phones, notes


def _phone_kind(parsed: ParsedPhone, *, is_fax: bool) -> str:
    if is_fax or parsed.kind == FAX:
        return PhoneKind.FAX
    if parsed.kind == MOBILE or (parsed.is_valid and is_mobile(parsed.e164)):
        return PhoneKind.MOBILE
    return PhoneKind.WORK


def phone_identity(phone: Any) -> tuple[str, str, bool]:
    """Numbers that are the same line; a fax beside a phone on one line is worth keeping."""
    return (phone.e164 or phone.typed, phone.extension, phone.kind == PhoneKind.FAX)


def read_emails(values: Iterable[Value], *, model: type[Any], row: int) -> tuple[list[Any], list[Note]]:
    """Unsaved rows of `model` (an EmailLine), and a note for each word that is no address."""
    emails: list[Any] = []
    notes: list[Note] = []
    for value in values:
        for word in _EMAIL_GAPS.split(_GAPS_AROUND_AT.sub("@", value.text.removeprefix("mailto:"))):
            address = word.strip(".:'\"")
            if not address or ("@" not in address and "@" in value.text):
                continue
            if _is_email(address):
                emails.append(model(address=address, normalised=address.casefold()))
            else:
                notes.append(left_out(row, value, _("This is not an e-mail address.")))
    return emails, notes


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def read_choice(value: str, choices: Iterable[tuple[Any, Any]], words: Mapping[str, str]) -> str:
    """The key of a choice by its key, its label or one of `words` (comparable word to key); "" when none fits."""
    key = header_key(value)
    known = {header_key(str(name)): str(choice) for choice, label in choices for name in (choice, label)}
    return known.get(key) or words.get(key, "")


def split_postal_code(address: str, region: str) -> tuple[str, str]:
    """The postal code that leads an address, and the rest: "119017 Main St" → ("119017", "Main St")."""
    patterns = [_POSTAL_CODE_OF_SIX, _POSTAL_CODE_OF_FIVE]
    if region not in _HOUSE_NUMBER_FIRST:
        patterns.append(_POSTAL_CODE_BEFORE_CITY)
    for pattern in patterns:
        found = pattern.match(address)
        if found:
            return found.group(1), address[found.end() :].strip()
    return "", address


def comparable(*texts: str) -> str:
    """Case, gaps and kinds of quotation marks do not make a difference; everything else does."""
    joined = " ".join(" ".join(texts).split()).casefold()
    return re.sub("[«»“”„‟″'’‘`]", '"', joined)


def left_out(row: int, value: Value, sentence: str) -> Note:
    return Note(row, ProblemKind.LEFT_OUT, value.header, value.text, sentence, value.column_index)


def fitting(text: str, length: int, *, field: str, column: str | Promise) -> str:
    """Raises RowProblem for text that the field cannot hold: cut short, it would be wrong without a word."""
    if len(text) > length:
        sentence = _("The text is longer than %(length)s characters.") % {"length": length}
        raise RowProblem(sentence, field=field, column=str(column), value=text[:200])
    return text
