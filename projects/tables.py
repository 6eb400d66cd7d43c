"""The list of deals and its export."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.tables import RECORD_SORTS
from crm.listing.cells import SEVERAL
from crm.listing.columns import Column, Listing
from crm.listing.export import Field, chosen, plain
from crm.listing.keyset import Sort
from crm.money.amounts import decimal_text
from projects.catalogue import lines_by_deal
from projects.filters import BoardFilterSet, DealFilterSet, ForecastFilterSet
from projects.models import Deal
from projects.models.deals import NO_AMOUNT, NO_DATE
from projects.project_selectors import project_names
from projects.selectors import client_names, people_seen_in


def _people(deals: Sequence[Deal], user: Any) -> Mapping[Any, str]:
    return {
        pk: SEVERAL.join(f"{row.contact} ({row.get_role_display()})" if row.role else str(row.contact) for row in rows)
        for pk, rows in people_seen_in(deals, user).items()
    }


def _products(deals: Sequence[Deal], user: Any) -> Mapping[Any, str]:
    """Titles and quantities; prices stand in the amount."""
    return {
        pk: SEVERAL.join(f"{line.title} × {decimal_text(line.quantity)}" for line in lines)
        for pk, lines in lines_by_deal(deals).items()
    }


DEALS = Listing(
    model=Deal,
    columns=(
        Column(name="name", label=_("Title"), sort="name", fields=()),
        Column(name="client", label=_("Client"), load=client_names, css="d-none d-sm-table-cell"),
        Column(name="stage", label=_("Stage")),
        Column(
            name="amount",
            label=_("Amount"),
            fields=("amount", "currency"),
            sort="amount",
            css="ui-number d-none d-sm-table-cell",
        ),
        Column(
            name="close",
            label=_("Expected close"),
            fields=("expected_close",),
            sort="close",
            css="d-none d-md-table-cell",
        ),
        Column(name="owner", label=_("Owner"), css="d-none d-lg-table-cell"),
        Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell"),
    ),
    slot="owner",
    filterset_class=DealFilterSet,
    tabs="state",
    sorts=(
        Sort("name", _("Title"), "name", fields=("name",)),
        *RECORD_SORTS[1:],
        Sort("amount", _("Amount"), "amount", fields=("amount",), is_descending_first=True, unknown=NO_AMOUNT),
        Sort("close", _("Expected close"), "expected_close", fields=("expected_close",), unknown=NO_DATE),
    ),
    default_order="-updated",
    row_relations=("owner", "stage"),
    select_related=("owner", "team", "pipeline", "stage", "presale_team"),
    exports=(
        plain("name", _("Title")),
        Field(label=_("Client"), fields=("client",), load=client_names),
        Field(label=_("Pipeline"), fields=("stage",), value=lambda deal: str(deal.pipeline)),
        Field(label=_("Stage"), fields=("stage",), value=lambda deal: str(deal.stage)),
        Field(label=_("State"), fields=("stage",), value=chosen("state", "").value),
        plain("amount", _("Amount")),
        plain("currency", _("Currency")),
        Field(label=_("Probability, %"), fields=("probability", "stage"), value=lambda deal: deal.chance),
        plain("expected_close", _("Expected close")),
        plain("source", _("Source")),
        plain("competitors", _("Competitors")),
        plain("loss_reason", _("Why it was lost")),
        plain("next_step", _("Next step")),
        Field(label=_("Contacts"), fields=("contacts",), load=_people),
        Field(label=_("Products"), fields=("lines",), load=_products),
        plain("presale_team", _("Presale team")),
        Field(label=_("Project"), fields=("project",), load=project_names),
        plain("description", _("Description")),
        plain("external_id", _("External id")),
        plain("owner", _("Owner")),
        plain("team", _("Team")),
        Field(label=_("In this stage since"), fields=("stage",), value=lambda deal: deal.stage_since),
        Field(label=_("Closed on"), fields=("stage",), value=lambda deal: deal.closed_at),
        Field(label=_("Added on"), fields=(), value=lambda deal: deal.created_at),
        Field(label=_("Changed on"), fields=(), value=lambda deal: deal.updated_at),
        Field(label=_("Record id"), fields=(), value=lambda deal: deal.pk),
    ),
)

#: The columns of a board are read in these orders by indexes of their own.
BOARD = replace(
    DEALS,
    filterset_class=BoardFilterSet,
    tabs="",
    sorts=tuple(sort for sort in DEALS.sorts if sort.name in {"updated", "amount", "close"}),
)
FORECAST = replace(DEALS, filterset_class=ForecastFilterSet, tabs="")
