"""The lines of a deal on its form."""

from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.money.amounts import trimmed
from crm.money.currencies import base_currency
from crm.pages.forms import RecordChoiceField, Sight, part_formset
from projects.catalogue import price_book
from projects.models import Deal, DealLine, Product, Unit
from projects.models.lines import sum_of
from projects.services.lines import MOST, AmountTooLarge, PriceMissing, take_after_product

_NUMBERS = ("quantity", "unit_price", "discount")
# Both come from the product when they are left open.
_LEFT_OPEN = ("title", "unit", "unit_price")


class DealLineForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line; a product out of the actor's sight stays, and its line can be changed or taken out."""

    needs_sight = True

    product = RecordChoiceField(Product, label=_("Product"), required=False, empty_label=_("free text"))

    class Meta:
        model = DealLine
        fields = ["product", "title", "quantity", "unit", "unit_price", "discount"]

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sight = sight
        self.fields["product"].look_through(sight)  # type: ignore[attr-defined]
        unit: Any = self.fields["unit"]
        unit.choices = [("", _("of the product")), *Unit.choices]
        for name in _LEFT_OPEN:
            self.fields[name].required = False
        self.fields["discount"].required = False
        if self.instance.pk is None:
            self.initial["unit"] = ""
        for name in _NUMBERS:
            number = getattr(self.instance, name)
            self.initial[name] = None if number is None else trimmed(number)
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "step": "any"}
        present = self.instance.product_id
        if present and sight.find(Product, present) is None:
            del self.fields["product"]
            self.is_masked = True

    def clean_discount(self) -> Any:
        return self.cleaned_data["discount"] or 0

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.has_changed():
            return cleaned
        product = self.cleaned_data.get("product")
        if not self.cleaned_data.get("title") and product is None:
            self.add_error("title", _("Choose a product or write what is sold."))
        if product is not None and product.pk != self.initial.get("product") and self._is_out(product):
            self.add_error("product", _("It is not sold any more."))
        return cleaned

    def _is_out(self, product: Product) -> bool:
        """As far as the actor may know."""
        return not product.is_sold and "is_sold" not in hidden_fields(self.sight.actor, Product)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        # Only of a product that was chosen: of one out of sight nothing is told.
        take_after_product(self.instance, self.cleaned_data.get("product"))


class DealLineFormSet(BaseInlineFormSet):
    """All the lines of one deal; their sum is its amount."""

    def know(self, lines: list[DealLine]) -> None:
        """The stored lines, when they have been read already."""
        self._queryset = lines

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if self._is_kept(form)]
        currency = self.instance.currency or base_currency()
        self._price(kept, currency)
        if all(form.is_valid() for form in kept) and sum_of((form.instance for form in kept), currency) > MOST:
            raise AmountTooLarge

    def _is_kept(self, form: Any) -> bool:
        is_empty = form.instance._state.adding and not form.has_changed()
        return not is_empty and form.is_valid() and not form.cleaned_data.get("DELETE")

    def _price(self, kept: list[Any], currency: str) -> None:
        """Prices that were left empty are those of the lists of today."""
        unpriced = [form for form in kept if form.instance.unit_price is None]
        keys: set[UUID] = {chosen.pk for form in unpriced if (chosen := form.cleaned_data.get("product"))}
        sight: Sight = self.form_kwargs["sight"]
        book = price_book(keys, currency, reader=sight.actor, on=timezone.localdate())
        for form in unpriced:
            price = book.price(form.instance.product_id, form.instance.quantity)
            if price is None:
                form.add_error("unit_price", PriceMissing())
            else:
                form.instance.unit_price = price.amount


LinesFormSet = part_formset(Deal, DealLine, DealLineForm.Meta.fields, form=DealLineForm, formset=DealLineFormSet)
