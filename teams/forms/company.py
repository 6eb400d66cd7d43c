"""The form of the company and of its special days."""

from typing import Any

from django import forms
from django.forms import inlineformset_factory
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.money.currencies import currency_choices
from crm.pictures.storing import take_in
from crm.ui.widgets import LongSelect, PictureInput
from teams.models import Company, SpecialDay, Weekday
from teams.selectors.company import country_choices, region_choices, time_zone_choices


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Regions are those of the country that was sent, or else of the stored one."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, at most 10 MB. It stands in the menu and on the sign-in page."),
        widget=PictureInput,
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices, widget=LongSelect)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, widget=LongSelect)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        widget=LongSelect(
            attrs={
                "hx-get": reverse_lazy("company:regions"),
                "hx-trigger": "change",
                "hx-target": "#regions",
                "hx-swap": "outerHTML",
            }
        ),
        help_text=_("Its public holidays are days off."),
    )
    subdivision = forms.ChoiceField(label=_("Region"), required=False)
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), coerce=int, choices=Weekday.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Company
        fields = (
            "name",
            "currency",
            "language",
            "time_zone",
            "country",
            "subdivision",
            "working_days",
            "day_starts",
            "day_ends",
        )
        widgets = {
            "day_starts": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "day_ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logo"].initial = self.instance
        self.initial["country"] = self.instance.country.code
        # Fields that the form declares itself stand behind those of the model.
        self.order_fields(("name", "logo"))
        sent = self.data.get(self.add_prefix("country")) if self.is_bound else None
        offer_regions(self.fields["subdivision"], str(sent or self.instance.country.code))
        self._keep_stored("currency", self.instance.currency)
        self._keep_stored("time_zone", self.instance.time_zone)

    def _keep_stored(self, name: str, value: str) -> None:
        """What is stored stays a choice, also when it has gone out of use."""
        field: Any = self.fields[name]
        choices = list(field.choices)
        if value and value not in dict(choices):
            field.choices = [(value, value), *choices]

    def clean_logo(self) -> Any:
        """The name of the picture to keep: the new one, none, or the present one."""
        upload = self.cleaned_data["logo"]
        if upload is False:
            return ""
        return take_in(upload) if hasattr(upload, "read") else self.instance.picture

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "logo" in cleaned:
            self.instance.picture = cleaned["logo"]
        return cleaned


def offer_regions(field: Any, country: str) -> None:
    regions = region_choices(country)
    field.choices = [("", _("The whole country")), *regions]
    field.help_text = "" if regions else _("This country rests as a whole.")


class RegionForm(forms.Form):
    """The regions of one country, to take the place of those of another."""

    subdivision = forms.ChoiceField(label=_("Region"), required=False)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_regions(self.fields["subdivision"], country)


_SpecialDays: Any = inlineformset_factory(
    Company,
    SpecialDay,
    fields=("day", "name", "is_working"),
    widgets={"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    extra=1,
    max_num=100,
    absolute_max=150,
    validate_max=True,
)


def special_days_formset(company: Company, sent: Any = None) -> Any:
    """The special days of this year and later; those of the past stay as they are."""
    this_year = timezone.localdate().replace(month=1, day=1)
    queryset = SpecialDay.objects.filter(day__gte=this_year).order_by("day")
    return _SpecialDays(sent, instance=company, queryset=queryset, prefix="special_days")
