"""The forms of a deal: its page, and the question why it was lost."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clients.forms import clean_tags
from clients.models import Client
from contacts.models import Contact
from crm.access.rights import hidden_fields, locked_fields
from crm.money.currencies import currency_choices
from crm.pages.forms import RecordChoiceField, Sight, part_formset
from crm.ui.widgets import LongSelect
from projects.line_forms import LinesFormSet
from projects.models import Deal, DealContact, DealLine, Pipeline, Product, Project, StageKind
from projects.selectors import default_pipeline
from teams.forms import OwnedRecordForm
from teams.models import Company

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DealContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """One person of a deal; a person out of the actor's sight stays, and only his role can be changed."""

    needs_sight = True

    contact = RecordChoiceField(Contact, label=_("Contact"))

    class Meta:
        model = DealContact
        fields = ["contact", "role"]

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].look_through(sight)  # type: ignore[attr-defined]
        present = self.instance.contact_id
        if present and sight.find(Contact, present) is None:
            del self.fields["contact"]
            self.is_masked = True


class DealContactFormSet(BaseInlineFormSet):
    """All the people of one deal."""

    def clean(self) -> None:
        super().clean()
        present: set[UUID] = set()
        for form in self.forms:
            key = form.instance.contact_id
            if not form.is_valid() or form.cleaned_data.get("DELETE") or key is None:
                continue
            if key in present:
                raise ValidationError(_("The same person stands here twice."))
            present.add(key)


ContactsFormSet = part_formset(
    Deal, DealContact, DealContactForm.Meta.fields, form=DealContactForm, formset=DealContactFormSet
)


class DealForm(OwnedRecordForm):
    """Where a deal stands is no field of its form; a new one chooses its pipeline where there are several."""

    PARTS: ClassVar[dict[str, Any]] = {"lines": LinesFormSet, "contacts": ContactsFormSet}
    SECTIONS = (
        (
            _("Deal"),
            ("name", "client", "pipeline", "amount", "currency", "expected_close", "probability", "next_step"),
        ),
        (
            _("Circumstances"),
            (
                "loss_reason",
                "source",
                "competitors",
                "owner",
                "team",
                "presale_team",
                "project",
                "external_id",
                "description",
            ),
        ),
    )

    client = RecordChoiceField(Client, label=_("Client"), required=False)
    project = RecordChoiceField(Project, label=_("Project"), required=False)
    pipeline = forms.ModelChoiceField(Pipeline.objects.all(), label=_("Pipeline"), empty_label=None)
    currency = forms.ChoiceField(choices=currency_choices, label=_("Currency"), widget=LongSelect)

    class Meta:
        model = Deal
        fields = [
            "name",
            "client",
            "amount",
            "currency",
            "expected_close",
            "probability",
            "next_step",
            "loss_reason",
            "source",
            "competitors",
            "owner",
            "team",
            "presale_team",
            "project",
            "external_id",
            "description",
        ]
        widgets = {
            "expected_close": DATE,
            "presale_team": LongSelect,
            "competitors": forms.TextInput(attrs={"data-tags": ""}),
            "description": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {"competitors": _("Separated by commas.")}

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self._settle_amount()
        if self.instance.state != StageKind.LOST:
            self.fields.pop("loss_reason", None)
        if self.is_new:
            self._begin(actor)
        else:
            self.fields.pop("pipeline", None)

    def _begin(self, actor: Any) -> None:
        if "currency" in self.fields:
            self.initial["currency"] = self.instance.currency = Company.current().currency
        pipelines = list(Pipeline.objects.all())
        if len(pipelines) < 2 or "stage" in locked_fields(actor, Deal):
            self.fields.pop("pipeline", None)
            return
        self.initial["pipeline"] = default_pipeline()

    def _settle_amount(self) -> None:
        """The amount of a deal with lines is their sum, and not typed."""
        amount = self.fields.get("amount")
        if amount is None or "lines" in hidden_fields(self.actor, Deal):
            return
        if self.has_lines and not self.parts:
            # Edited alone, in its place.
            del self.fields["amount"]
        elif self.has_lines:
            amount.disabled = True
            amount.help_text = _("The sum of the products below.")
        elif "lines" in self.parts:
            amount.help_text = _("With products below it is their sum.")

    @cached_property
    def _stored_lines(self) -> list[DealLine]:
        return [] if self.is_new else list(self.instance.lines.all())

    @property
    def has_lines(self) -> bool:
        return bool(self._stored_lines)

    def _formset(self, name: str) -> Any:
        if name == "lines":
            return self._formset_of_lines()
        formset = super()._formset(name)
        self.sight.look_for(Contact, {row.contact_id for row in formset.get_queryset()})
        return formset

    def _formset_of_lines(self) -> Any:
        products = {line.product_id for line in self._stored_lines if line.product_id}
        if products:
            self.sight.look_for(Product, products)
        formset = super()._formset("lines")
        formset.know(self._stored_lines)
        return formset

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.is_new and self.cleaned_data.get("pipeline"):
            self.instance.pipeline = self.cleaned_data["pipeline"]
        return cleaned

    def clean_competitors(self) -> list[str]:
        return clean_tags(self.cleaned_data["competitors"])


class LoseForm(forms.Form):
    """Why a deal was lost, asked of those who may write it; `version` is what the page showed."""

    reason = forms.CharField(
        label=_("Why was it lost?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "loss_reason" in locked_fields(actor, Deal):
            del self.fields["reason"]
