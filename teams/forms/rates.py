"""The form of an exchange rate."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.history.plain import latest_key
from crm.money.amounts import trimmed
from crm.money.currencies import currency_choices
from crm.money.models import LEAST_RATE, ExchangeRate
from crm.ui.widgets import LongSelect


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    """`base` is what the rates are in: the currency of the company, or that of a stored rate."""

    currency = forms.ChoiceField(label=_("One unit of"), choices=currency_choices, widget=LongSelect)
    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ExchangeRate
        fields = ("currency", "rate", "day")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"day": _("It holds until the day of the next rate.")}

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.base = base
        if self.instance.pk:
            self.initial["rate"] = trimmed(self.instance.rate)
            self.initial["read_version"] = latest_key(ExchangeRate, self.instance.pk)
        rate: Any = self.fields["rate"]
        rate.label = _("Costs, in %(currency)s") % {"currency": base}
        rate.widget.attrs |= {"min": str(LEAST_RATE), "step": "any", "inputmode": "decimal"}
        currency: Any = self.fields["currency"]
        currency.choices = self._choices(base)
        self.order_fields(("currency", "rate", "day", "read_version"))

    def _choices(self, base: str) -> list[tuple[str, Any]]:
        """Every currency but the company's own; a stored one stays a choice, also when it has gone out of use."""
        choices = [choice for choice in currency_choices() if choice[0] != base]
        stored = self.instance.currency
        if not stored:
            return [("", _("Choose a currency")), *choices]
        return choices if stored in dict(choices) else [(stored, stored), *choices]
