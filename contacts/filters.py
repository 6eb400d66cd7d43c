"""How the list of contacts is narrowed."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from clients.filters import owners_known_to, teams_known_to
from clients.models import Client
from contacts.models import LANGUAGES, Consent, Contact, ContactEmail, ContactPhone, Employment
from crm.listing.filters import ChosenFilter, PresenceFilter, RecordFilter, RecordFilterSet, TagsFilter


class EmployerFilter(RecordFilter):
    """People who work at this client now."""

    def filter(self, queryset: Any, value: Client | None) -> Any:
        if value is None:
            return queryset
        return queryset.filter(pk__in=Employment.objects.current().filter(client=value).values("contact"))


class ContactFilterSet(RecordFilterSet):
    ruled: ClassVar[dict[str, tuple[str, ...]]] = {
        "employer": ("employments",),
        "birth_month": ("birthday",),
        "has_phone": ("phones",),
        "has_email": ("emails",),
    }

    employer = EmployerFilter(model=Client, label=_("Client"), empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Contact), label=_("Owner"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Contact), label=_("Team"), empty_label=_("Any")
    )
    tags = TagsFilter(label=_("Tags"))
    language = django_filters.ChoiceFilter(choices=LANGUAGES, label=_("Language"), empty_label=_("Any"))
    consent = ChosenFilter(choices=Consent.choices, label=_("Consent"))
    birth_month = django_filters.ChoiceFilter(
        choices=list(MONTHS.items()),
        field_name="birthday",
        lookup_expr="month",
        label=_("Birthday in"),
        empty_label=_("Any month"),
    )
    has_phone = PresenceFilter(
        presence=lambda: Exists(ContactPhone.objects.filter(contact=OuterRef("pk"))), label=_("With a phone")
    )
    has_email = PresenceFilter(
        presence=lambda: Exists(ContactEmail.objects.filter(contact=OuterRef("pk"))), label=_("With an e-mail")
    )

    class Meta:
        model = Contact
        fields: list[str] = []
