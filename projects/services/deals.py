"""Adding, changing and duplicating deals."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from contacts.models import Contact
from crm.access import writing
from crm.access.rights import hidden_fields
from projects.models import Deal, DealContact, DealLine, Product, StageKind, StageMove
from projects.selectors import default_pipeline, first_stage
from projects.services.lines import count_amount
from projects.services.refusals import NoPipeline, WrongPipeline
from teams.models import Company
from teams.selectors import home_team_of

Parts = Mapping[str, Sequence[Any]]
_DUPLICATED = (
    *("client", "pipeline", "amount", "currency", "expected_close", "source", "competitors", "description"),
    *("presale_team",),
)


@transaction.atomic
def create_deal(deal: Deal, *, actor: Any, parts: Parts | None = None) -> Deal:
    """Store a new deal in the stage it names, else at the beginning of its pipeline, else of the default one.

    Of a deal that is closed already `closed_at` is kept when it is given; the amount of a deal with lines is their
    sum. Raises NoPipeline, WrongPipeline, ValidationError, PermissionDenied, LeavesScope.
    """
    _place(deal)
    deal.currency = deal.currency or Company.current().currency
    count_amount(deal, parts, actor=actor)
    created = writing.create_record(deal, actor=actor, parts=parts)
    StageMove.objects.create(deal=deal, to_stage=deal.stage, actor=actor, at=deal.stage_since)
    return created


@transaction.atomic
def save_deal(deal: Deal, *, actor: Any, parts: Parts | None = None, reason: str = "") -> Deal:
    """Store a changed deal; it stays in its stage whatever the instance says, and parts that are not given stay.

    The amount of a deal with lines is their sum. Raises ValidationError, StaleVersion, PermissionDenied, LeavesScope.
    """
    # A move since the version that was read makes it stale, so what is read here is of that version.
    deal.refresh_from_db(fields=Deal.STANDING)
    if deal.state != StageKind.LOST:
        deal.loss_reason = ""
    count_amount(deal, parts, actor=actor)
    return writing.change_record(deal, actor=actor, parts=parts, reason=reason)


@transaction.atomic
def duplicate_deal(deal: Deal, *, actor: Any) -> Deal:
    """A new deal of the actor's at the beginning of the same pipeline, with what he sees of the first.

    Raises PermissionDenied.
    """
    hidden = hidden_fields(actor, Deal)
    copied = {name: getattr(deal, name) for name in _DUPLICATED if name not in hidden}
    if not Client.objects.visible_to(actor).filter(deals=deal).exists():
        copied.pop("client", None)
    name = _("%(name)s (copy)") % {"name": deal.name[:480]}
    copy = Deal(name=name, owner=actor, team=home_team_of(actor), **copied)
    parts: Parts = {"contacts": _contacts_seen(deal, actor, hidden), "lines": _lines_copied(deal, actor, hidden)}
    return create_deal(copy, actor=actor, parts=parts)


def _place(deal: Deal) -> None:
    if deal.stage_id is None:
        pipeline = deal.pipeline if deal.pipeline_id else default_pipeline()
        stage = first_stage(pipeline) if pipeline else None
        if stage is None:
            raise NoPipeline
        deal.stage = stage
    if deal.pipeline_id is None:
        deal.pipeline = deal.stage.pipeline
    if deal.stage.pipeline_id != deal.pipeline_id:
        raise WrongPipeline(deal.stage)
    deal.state = deal.stage.kind
    deal.closed_at = None if deal.is_open else deal.closed_at or timezone.now()
    if deal.state != StageKind.LOST:
        deal.loss_reason = ""


def _contacts_seen(deal: Deal, actor: Any, hidden: frozenset[str]) -> list[DealContact]:
    if "contacts" in hidden:
        return []
    seen = Contact.objects.visible_to(actor)
    rows = deal.contacts.filter(contact__in=seen)
    return [DealContact(contact_id=row.contact_id, role=row.role) for row in rows]


def _lines_copied(deal: Deal, actor: Any, hidden: frozenset[str]) -> list[DealLine]:
    """Free text of lines whose product is out of sight."""
    if "lines" in hidden:
        return []
    seen = set(Product.objects.visible_to(actor).filter(deal_lines__deal=deal).values_list("pk", flat=True))
    return [
        DealLine(
            product_id=line.product_id if line.product_id in seen else None,
            **{name: getattr(line, name) for name in ("title", "quantity", "unit", "unit_price", "discount")},
        )
        for line in deal.lines.all()
    ]
