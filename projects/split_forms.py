"""What of a deal goes on as a deal of its own."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.money.amounts import money_text
from projects.models import Deal, DealLine


class SplitForm(forms.Form):
    """Lines to choose from, or an amount where the deal has none; `version` is what the page showed."""

    name = forms.CharField(label=_("Title of the new deal"), max_length=500)
    lines = forms.TypedMultipleChoiceField(
        label=_("What goes into it"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    amount = forms.DecimalField(label=_("What it is worth"), max_digits=14, decimal_places=2)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, deal: Deal, lines: list[DealLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = deal.version
        self.initial["name"] = _("%(name)s (part)") % {"name": deal.name[:480]}
        if not lines:
            del self.fields["lines"]
            self._ask_amount(deal)
            return
        del self.fields["amount"]
        chosen: Any = self.fields["lines"]
        chosen.choices = [(line.pk, f"{line.title} × {line.quantity_text}: {line.money}") for line in lines]

    def _ask_amount(self, deal: Deal) -> None:
        amount: Any = self.fields["amount"]
        amount.min_value = Decimal("0.01")
        amount.help_text = _("Out of %(amount)s; the rest stays.") % {"amount": money_text(deal.amount, deal.currency)}
        amount.widget.attrs |= {"inputmode": "decimal", "step": "any"}

    @property
    def chosen(self) -> dict[str, Any]:
        """What `split_deal` is told."""
        told = {name: self.cleaned_data[name] for name in ("name", "amount") if name in self.cleaned_data}
        return told | ({"lines": set(self.cleaned_data["lines"])} if "lines" in self.cleaned_data else {})
