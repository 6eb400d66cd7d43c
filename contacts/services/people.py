"""Every write to people."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clients.models import Client
from clients.services import settle_primary, understand_phones
from contacts.models import Contact, Employment
from crm.access import writing

Parts = Mapping[str, Sequence[Any]]


def create_contact(contact: Contact, *, actor: Any, parts: Parts | None = None, region: str = "") -> Contact:
    """Store a new contact with its phones, e-mails, messengers and employments.

    `region` is where local numbers are read; the contact's own country wins. Raises PermissionDenied, LeavesScope.
    """
    _prepare(contact, parts, region)
    return writing.create_record(contact, actor=actor, parts=parts)


def save_contact(
    contact: Contact, *, actor: Any, parts: Parts | None = None, region: str = "", reason: str = ""
) -> Contact:
    """Store a changed contact; parts that are not given stay. Raises StaleVersion, PermissionDenied, LeavesScope."""
    _prepare(contact, parts, region)
    return writing.change_record(contact, actor=actor, parts=parts, reason=reason)


@transaction.atomic
def change_employer(
    contact: Contact, *, to: Client, job_title: str, since: date, actor: Any, department: str = ""
) -> Contact:
    """End every present employment the day before and begin the new one; the past stays.

    Raises ValidationError when a present employment began after `since`, PermissionDenied when the actor may not
    see the new employer, StaleVersion.
    """
    if not Client.objects.visible_to(actor).filter(pk=to.pk).exists():
        raise PermissionDenied
    employments = list(contact.employments.all())
    for employment in employments:
        if not employment.is_current:
            continue
        if employment.since and employment.since >= since:
            raise ValidationError({"since": _("A present employment began on this day or later.")})
        employment.until = since - timedelta(days=1)
    begun = Employment(client=to, job_title=job_title, department=department, since=since)
    return save_contact(
        contact,
        actor=actor,
        parts={"employments": [begun, *employments]},
        reason=gettext_noop("Changed employer"),
    )


def _prepare(contact: Contact, parts: Parts | None, region: str) -> None:
    contact.name = contact.compose_name()
    phones = (parts or {}).get("phones", ())
    understand_phones(phones, region=str(contact.country) or region or _region_of_employer(parts))
    for name in ("phones", "emails", "messengers"):
        settle_primary((parts or {}).get(name, ()))


def _region_of_employer(parts: Parts | None) -> str:
    """The country of the present employer: local numbers of his people are written its way."""
    for employment in (parts or {}).get("employments", ()):
        if employment.is_current and employment.client.country:
            return str(employment.client.country)
    return ""
