"""Splitting a deal: a part of what is sold goes on as a deal of its own."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from crm.access.rights import locked_fields
from crm.access.writing import lock_record
from crm.notifications.following import followers_of
from crm.notifications.services import notify
from crm.timeline import writing as timeline
from projects.models import Deal, DealContact, DealLine
from projects.services.deals import create_deal, save_deal
from projects.services.refusals import DealIsClosed, NothingToSplit, WrongPart

SPLIT, SPLIT_OFF = "deals.split", "deals.split_off"
_REASON = gettext_noop("Split")
_TAKEN_ALONG = (
    *("client", "pipeline", "stage", "currency", "probability", "expected_close", "source", "competitors"),
    *("next_step", "description", "presale_team", "owner", "team"),
)
_OF_LINE = ("product_id", "title", "quantity", "unit", "unit_price", "discount")


@transaction.atomic
def split_deal(
    deal: Deal, *, actor: Any, name: str, lines: Collection[int] = (), amount: Decimal | None = None
) -> Deal:
    """The new deal, in the same stage, with its client and contacts; both come to what the first one did.

    `lines` are the keys of those that go over, at least one and not all; of a deal without lines `amount` goes over,
    above zero and below its own. Fields that the actor may not write are not taken along. Raises DealIsClosed,
    NothingToSplit, WrongPart, StaleVersion, PermissionDenied, LeavesScope.
    """
    current = _locked(deal, actor)
    stored = list(current.lines.all())
    part = Deal(name=name, **{each: getattr(current, each) for each in _TAKEN_ALONG})
    parts: dict[str, list[Any]] = {"contacts": _contacts_of(current)}
    kept: dict[str, list[Any]] = {}
    if stored:
        kept["lines"] = _left_by(stored, lines)
        parts["lines"] = [_copied(line) for line in stored if line.pk in lines]
    else:
        part.amount = _part_of(current, amount)
        current.amount = (current.amount or Decimal(0)) - part.amount
    create_deal(part, actor=actor, parts=parts)
    save_deal(current, actor=actor, parts=kept, reason=_REASON)
    _tell(current, part, field="lines" if stored else "amount", actor=actor)
    return part


def may_split(deal: Deal, actor: Any) -> bool:
    """Whether its amount and lines are the actor's to write; that he may change the deal is another question."""
    return deal.is_open and locked_fields(actor, Deal).isdisjoint({"amount", "lines", "currency"})


def _locked(deal: Deal, actor: Any) -> Deal:
    current = lock_record(deal)
    is_editable = Deal.objects.editable_by(actor).filter(pk=deal.pk).exists()
    if not is_editable or not locked_fields(actor, Deal).isdisjoint({"amount", "lines", "currency"}):
        raise PermissionDenied
    if not current.is_open:
        raise DealIsClosed
    return current


def _left_by(stored: list[DealLine], keys: Collection[int]) -> list[DealLine]:
    left = [line for line in stored if line.pk not in keys]
    if not left or len(left) == len(stored) or not set(keys) <= {line.pk for line in stored}:
        raise NothingToSplit
    return left


def _part_of(deal: Deal, amount: Decimal | None) -> Decimal:
    if deal.amount is None or amount is None or not amount.is_finite() or not 0 < amount < deal.amount:
        raise WrongPart
    return amount


def _copied(line: DealLine) -> DealLine:
    return DealLine(**{each: getattr(line, each) for each in _OF_LINE})


def _contacts_of(deal: Deal) -> list[DealContact]:
    """All of them: a person out of the actor's sight is masked on the new deal as on this one."""
    return [DealContact(contact_id=row.contact_id, role=row.role) for row in deal.contacts.all()]


def _tell(deal: Deal, part: Deal, *, field: str, actor: Any) -> None:
    for event, on, other in ((SPLIT, deal, part), (SPLIT_OFF, part, deal)):
        timeline.record(event, on, actor=actor, fields=[field], source=(Deal._meta.label_lower, other.pk))
    source = (Deal._meta.label_lower, part.pk)
    notify("deals.split", record=deal, receivers=followers_of(deal), actor=actor, source=source)
