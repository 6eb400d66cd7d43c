"""How the list of deals is narrowed."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.filters import owners_known_to, teams_known_to
from clients.models import Client
from crm.listing.filters import (
    ChosenFilter,
    DayFilter,
    PresenceFilter,
    RecordFilter,
    RecordFilterSet,
    SinceFilter,
    TextFilter,
    UntilFilter,
)
from projects.models import Deal, DealLine, Pipeline, Product, Project, Stage, StageKind


class StageField(django_filters.fields.ModelChoiceField):
    """Stages of several pipelines may be called alike."""

    def label_from_instance(self, stage: Stage) -> str:
        return f"{stage.pipeline} · {stage}"


class StageFilter(django_filters.ModelChoiceFilter):
    field_class = StageField


class ProductFilter(RecordFilter):
    """Deals with a line of the product; each once, however many lines it has."""

    def filter(self, queryset: Any, value: Product | None) -> Any:
        return queryset.filter(pk__in=DealLine.objects.filter(product=value).values("deal")) if value else queryset


class DealFilterSet(RecordFilterSet):
    ruled: ClassVar[dict[str, tuple[str, ...]]] = {
        "state": ("stage",),
        "pipeline": ("stage",),
        "closed_from": ("stage",),
        "closed_to": ("stage",),
        "has_close": ("expected_close",),
        "product": ("lines",),
    }

    state = ChosenFilter(choices=StageKind.choices, label=_("State"))
    stage = StageFilter(
        queryset=lambda request: Stage.objects.select_related("pipeline").order_by("pipeline__position", "position"),
        label=_("Stage"),
        empty_label=_("Any"),
    )
    pipeline = django_filters.ModelChoiceFilter(
        queryset=lambda request: Pipeline.objects.all(), label=_("Pipeline"), empty_label=_("Any")
    )
    client = RecordFilter(model=Client, label=_("Client"), empty_label=_("Any"))
    product = ProductFilter(model=Product, label=_("Product"), empty_label=_("Any"))
    project = RecordFilter(model=Project, label=_("Project"), empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Deal), label=_("Owner"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Deal), label=_("Team"), empty_label=_("Any")
    )
    close_from = DayFilter(field_name="expected_close", lookup_expr="gte", label=_("Closes from"))
    close_to = DayFilter(field_name="expected_close", lookup_expr="lte", label=_("Closes until"))
    has_close = PresenceFilter(presence=lambda: Q(expected_close__isnull=False), label=_("With an expected close"))
    closed_from = SinceFilter(field_name="closed_at", label=_("Closed from"))
    closed_to = UntilFilter(field_name="closed_at", label=_("Closed until"))
    amount_from = django_filters.NumberFilter(field_name="amount", lookup_expr="gte", label=_("Amount from"))
    amount_to = django_filters.NumberFilter(field_name="amount", lookup_expr="lte", label=_("Amount to"))
    source = TextFilter(label=_("Source"))

    class Meta:
        model = Deal
        fields: list[str] = []


class BoardFilterSet(DealFilterSet):
    """On the board the stages are the columns, and the pipeline is chosen above them."""

    told: ClassVar[frozenset[str]] = frozenset({"state", "stage", "pipeline", "closed_from", "closed_to"})

    @classmethod
    def get_filters(cls) -> Any:
        return {name: each for name, each in super().get_filters().items() if name not in cls.told}


class ForecastFilterSet(BoardFilterSet):
    """A forecast is of open deals, and of those that were won of late."""

    told: ClassVar[frozenset[str]] = frozenset({"state", "closed_from", "closed_to"})
