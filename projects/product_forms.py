"""The forms of the catalogue: a product, and a price list with its prices."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from crm.money.amounts import trimmed
from crm.money.currencies import base_currency, currency_choices
from crm.pages.forms import RecordChoiceField, Sight
from crm.ui.widgets import LongSelect
from projects.models import Price, PriceList, Product
from teams.forms import OwnedRecordForm

# Each is five values of the thousand that Django takes of one form.
MOST_PRICES = 120


class ProductForm(OwnedRecordForm):
    SECTIONS = (
        (_("Product"), ("name", "code", "category", "kind", "unit", "is_sold", "description")),
        (_("Responsible"), ("owner", "team")),
    )

    class Meta:
        model = Product
        fields = ["name", "code", "category", "kind", "unit", "is_sold", "description", "owner", "team"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def clean_code(self) -> str:
        code = " ".join(self.cleaned_data["code"].split())
        # One code in the whole company, whoever sees which product: that it is taken is all that is told.
        if code and Product.objects.alive().filter(code=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another product has this code."))
        return code


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price of the list; whose price it is is chosen once, so a stored one is told by its name alone."""

    needs_sight = True

    product = RecordChoiceField(Product, label=_("Product"))

    class Meta:
        model = Price
        fields = ["product", "amount", "from_quantity"]

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_quantity"].required = False
        if not self.instance.product_id:
            self.fields["product"].look_through(sight)  # type: ignore[attr-defined]
            return
        # For the eyes of one who sees the product: the others change a price without being told of what.
        self.product_seen = sight.find(Product, self.instance.product_id)
        self.is_masked = self.product_seen is None
        del self.fields["product"]
        for name in _NUMBERS:
            self.initial[name] = trimmed(getattr(self.instance, name))

    def clean_from_quantity(self) -> Any:
        return self.cleaned_data["from_quantity"] or Price._meta.get_field("from_quantity").get_default()  # type: ignore[union-attr]


_NUMBERS = ("amount", "from_quantity")


class PriceFormSet(BaseInlineFormSet):
    """All the prices of one list."""

    def clean(self) -> None:
        super().clean()
        present: set[tuple[Any, Any]] = set()
        for form in self.forms:
            if not form.is_valid() or form.cleaned_data.get("DELETE") or form.instance.product_id is None:
                continue
            key = (form.instance.product_id, form.instance.from_quantity)
            if key in present:
                raise ValidationError(_("A product has two prices from the same quantity."))
            present.add(key)


PricesFormSet: Any = inlineformset_factory(
    PriceList,
    Price,
    form=PriceForm,
    formset=PriceFormSet,
    extra=1,
    max_num=MOST_PRICES,
    absolute_max=MOST_PRICES + 10,
    validate_max=True,
)


class PriceListForm(OwnedRecordForm):
    PARTS: ClassVar[dict[str, Any]] = {"prices": PricesFormSet}
    SECTIONS = (
        (_("Price list"), ("name", "currency", "valid_from", "valid_until", "is_default", "position")),
        (_("Responsible"), ("owner", "team")),
    )

    currency = forms.ChoiceField(choices=currency_choices, label=_("Currency"), widget=LongSelect)

    class Meta:
        model = PriceList
        fields = ["name", "currency", "valid_from", "valid_until", "is_default", "position", "owner", "team"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("valid_from", "valid_until")
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        if self.is_new and "currency" in self.fields:
            self.initial["currency"] = self.instance.currency = base_currency()

    def _formset(self, name: str) -> Any:
        if not self.is_new:
            self.sight.look_for(Product, set(self.instance.prices.values_list("product_id", flat=True)))
        return super()._formset(name)
