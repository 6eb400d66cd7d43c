"""How the lists of products and of price lists are narrowed."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.filters import owners_known_to, teams_known_to
from crm.listing.filters import ChosenFilter, PresenceFilter, RecordFilterSet, TextFilter
from projects.models import PriceList, Product, ProductKind, Unit


class ProductFilterSet(RecordFilterSet):
    kind = ChosenFilter(choices=ProductKind.choices, label=_("Kind"))
    category = TextFilter(label=_("Category"))
    unit = django_filters.ChoiceFilter(choices=Unit.choices, label=_("Unit"), empty_label=_("Any"))
    sold = PresenceFilter(field_name="is_sold", presence=lambda: Q(is_sold=True), label=_("Still sold"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Product), label=_("Owner"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Product), label=_("Team"), empty_label=_("Any")
    )

    class Meta:
        model = Product
        fields: list[str] = []


def _valid_today() -> Q:
    today = timezone.localdate()
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return begun & (Q(valid_until=None) | Q(valid_until__gte=today))


class PriceListFilterSet(RecordFilterSet):
    ruled = {"valid": ("valid_from", "valid_until")}

    currency = TextFilter(label=_("Currency"))
    valid = PresenceFilter(field_name="valid_until", presence=_valid_today, label=_("Valid now"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, PriceList), label=_("Owner"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, PriceList), label=_("Team"), empty_label=_("Any")
    )

    class Meta:
        model = PriceList
        fields: list[str] = []
