"""Deals from a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import locked_fields
from crm.imports.registry import Identity, ImportTarget, TargetSetting, register
from crm.money.currencies import base_currency, currency_choices
from projects.imports import products, projects  # noqa: F401
from projects.imports.fields import FIELDS
from projects.imports.writer import EXTERNAL_ID, NOTHING, TITLE_AND_CLIENT, DealWriter
from projects.models import Deal, Pipeline


def _pipelines(user: Any) -> list[tuple[str, Any]]:
    if "stage" in locked_fields(user, Deal):
        return []
    return [(str(one.pk), str(one)) for one in Pipeline.objects.order_by("-is_default", "position", "id")]


def _currencies(user: Any) -> list[tuple[str, Any]]:
    """That of the company first."""
    if locked_fields(user, Deal) & {"amount", "currency"}:
        return []
    own = base_currency()
    return sorted(currency_choices(), key=lambda choice: choice[0] != own)


register(
    ImportTarget(
        key="deals",
        label=_("Deals"),
        model=Deal,
        fields=FIELDS,
        identities=(
            Identity(EXTERNAL_ID, _("External id"), ("external_id",)),
            Identity(TITLE_AND_CLIENT, _("Title and client"), ("name", "client")),
            Identity(NOTHING, _("Nothing: every row is a new deal")),
        ),
        required=(frozenset({"name", "product", "external_id"}),),
        open=DealWriter,
        order=30,
        settings=(
            TargetSetting("pipeline", _("Pipeline of new deals"), _pipelines),
            TargetSetting("currency", _("Currency of amounts that stand without one"), _currencies),
        ),
    )
)
