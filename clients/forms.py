"""The form of a client."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, ClientEmail, ClientPhone
from crm.pages.forms import RecordChoiceField, part_formset
from crm.ui.widgets import LongSelect
from teams.forms import OwnedRecordForm


def clean_tags(tags: list[str]) -> list[str]:
    """Tags without gaps, empty ones and repetitions, in the order given."""
    return list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))


PhoneFormSet = part_formset(Client, ClientPhone, ["typed", "kind", "is_primary"])
EmailFormSet = part_formset(Client, ClientEmail, ["address", "kind", "is_primary"])


class ClientForm(OwnedRecordForm):
    PARTS: ClassVar[dict[str, Any]] = {
        "phones": PhoneFormSet,
        "emails": EmailFormSet,
    }
    SECTIONS = (
        (_("Client"), ("kind", "status", "name", "legal_name", "tax_id", "external_id", "parent", "website")),
        (_("Profile"), ("industry", "size", "source", "tags", "owner", "team", "description")),
        (_("Address"), ("country", "region", "city", "postal_code", "address")),
    )

    parent = RecordChoiceField(Client, label=_("Parent client"), required=False)

    class Meta:
        model = Client
        fields = [
            "kind",
            "status",
            "name",
            "legal_name",
            "tax_id",
            "external_id",
            "parent",
            "website",
            "industry",
            "size",
            "source",
            "tags",
            "owner",
            "team",
            "description",
            "country",
            "region",
            "city",
            "postal_code",
            "address",
        ]
        widgets = {
            "country": LongSelect,
            "description": forms.Textarea(attrs={"rows": 4}),
            "tags": forms.TextInput(attrs={"data-tags": ""}),
            "website": forms.TextInput(attrs={"inputmode": "url", "placeholder": "example.com"}),
        }
        help_texts = {"tags": _("Separated by commas.")}

    def clean_tags(self) -> list[str]:
        return clean_tags(self.cleaned_data["tags"])
