"""The forms of a contact: the card, and the change of employer."""

import zoneinfo
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _

from clients.forms import clean_tags
from clients.models import Client
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, Messenger
from crm.pages.forms import RecordChoiceField, Sight, part_formset
from crm.ui.widgets import LongSelect
from teams.forms import OwnedRecordForm

_TIME_ZONES = sorted(zoneinfo.available_timezones())


class TimeZones(BaseChoiceIterator):
    """All time zones. No list, which Django would copy, zone by zone, for every form."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield ("", "---------")
        yield from zip(_TIME_ZONES, _TIME_ZONES, strict=True)


DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EmploymentForm(forms.ModelForm):  # type: ignore[type-arg]
    """One employer of a contact; an employer out of the actor's sight stays, and only its dates can be changed."""

    needs_sight = True

    client = RecordChoiceField(Client, label=_("Client"))

    class Meta:
        model = Employment
        fields = ["client", "job_title", "department", "decision_role", "since", "until"]
        widgets = {"since": DATE, "until": DATE}

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].look_through(sight)  # type: ignore[attr-defined]
        present = self.instance.client_id
        if present and sight.find(Client, present) is None:
            del self.fields["client"]
            self.is_masked = True


class EmploymentFormSet(BaseInlineFormSet):
    """All the employers of one contact."""

    def clean(self) -> None:
        super().clean()
        present = set()
        for form in self.forms:
            row = form.instance
            if not form.is_valid() or form.cleaned_data.get("DELETE") or not row.client_id or row.until:
                continue
            key = (row.client_id, row.job_title)
            if key in present:
                raise ValidationError(_("The same present employer and position stand here twice."))
            present.add(key)


PhoneFormSet = part_formset(Contact, ContactPhone, ["typed", "kind", "is_primary"])
EmailFormSet = part_formset(Contact, ContactEmail, ["address", "kind", "is_primary"])
MessengerFormSet = part_formset(Contact, Messenger, ["account", "kind", "is_primary"])
EmploymentsFormSet = part_formset(
    Contact, Employment, EmploymentForm.Meta.fields, form=EmploymentForm, formset=EmploymentFormSet
)


class ContactForm(OwnedRecordForm):
    PARTS: ClassVar[dict[str, Any]] = {
        "phones": PhoneFormSet,
        "emails": EmailFormSet,
        "messengers": MessengerFormSet,
        "employments": EmploymentsFormSet,
    }
    SECTIONS = (
        (_("Person"), ("salutation", "first_name", "middle_name", "last_name", "birthday", "language", "time_zone")),
        (_("Keeping in touch"), ("consent", "consent_on", "tags", "external_id", "owner", "team", "notes")),
        (_("Address"), ("country", "region", "city", "postal_code", "address")),
    )

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=TimeZones(),
        widget=LongSelect,
        required=False,
    )

    class Meta:
        model = Contact
        fields = [
            "salutation",
            "first_name",
            "middle_name",
            "last_name",
            "birthday",
            "language",
            "time_zone",
            "consent",
            "consent_on",
            "tags",
            "external_id",
            "owner",
            "team",
            "notes",
            "country",
            "region",
            "city",
            "postal_code",
            "address",
        ]
        widgets = {
            "birthday": DATE,
            "country": LongSelect,
            "language": LongSelect,
            "consent_on": DATE,
            "notes": forms.Textarea(attrs={"rows": 4}),
            "tags": forms.TextInput(attrs={"data-tags": ""}),
        }
        help_texts = {"tags": _("Separated by commas.")}

    def _formset(self, name: str) -> Any:
        if name == "employments" and not self.is_new:
            self.sight.look_for(Client, set(self.instance.employments.values_list("client_id", flat=True)))
        return super()._formset(name)

    def clean_tags(self) -> list[str]:
        return clean_tags(self.cleaned_data["tags"])


class ChangeEmployerForm(forms.Form):
    """Where a contact works from some day on."""

    client = RecordChoiceField(Client, label=_("New employer"))
    job_title = forms.CharField(label=_("Position"), max_length=200, required=False)
    department = forms.CharField(label=_("Department"), max_length=200, required=False)
    since = forms.DateField(label=_("Since"), widget=DATE, initial=timezone.localdate)
    read_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].scope(actor)  # type: ignore[attr-defined]
