"""Products from a file, and what they cost."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.drafts import Draft, MappedRow, Note, Value
from crm.imports.options import RunOptions
from crm.imports.registry import Identity, ImportCompanion, ImportField, ImportTarget, TargetSetting, register
from crm.imports.values import comparable, fitting, left_out, read_choice
from crm.imports.writing import RecordWriter, describe, require
from crm.money.amounts import money_text
from crm.money.currencies import base_currency
from projects.imports.rows import money_of
from projects.models import Price, PriceList, Product, ProductKind, Unit
from projects.services import create_price_list, save_price_list

NAME, CODE, NOTHING = "name", "code", "nothing"
_PRICE = "price"
_CHOICES: dict[str, Any] = {"kind": ProductKind.choices, "unit": Unit.choices}


class ProductWriter(RecordWriter):
    model = Product

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        values: dict[str, Any] = self.plain_values(row, ("code", "category"))
        name = require(row.first("name"), field="name", label=_("name"))
        values["name"] = fitting(name, 500, field="name", column=_("name"))
        values["description"] = "\n".join(value.text for value in row.all("description"))
        for field, choices in _CHOICES.items():
            for value in row.all(field):
                values[field] = read_choice(value.text, choices, {})
                if not values[field]:
                    notes.append(left_out(row.number, value, _("This is none of the possible values.")))
        filled = {key: value for key, value in values.items() if value and key not in self.locked}
        return Draft(row.number, self._key(filled), filled, {}, notes)

    def _key(self, values: dict[str, Any]) -> Hashable | None:
        """A code is one product's alone, whatever else is asked."""
        if self.options.identity in (CODE, NAME) and values.get("code"):
            return ("code", comparable(values["code"]))
        return ("name", comparable(values["name"])) if self.options.identity == NAME else None

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, Product]:
        mine = Product.objects.editable_by(self.options.user).order_by("-id")
        found: dict[Hashable, Product] = {}
        for field in ("name", "code"):
            wanted = {draft.values[field].lower() for draft in drafts if draft.key and field in draft.values}
            # A catalogue is short: it is looked through, whatever the case.
            for product in mine.annotate(lower=Lower(field)).filter(lower__in=wanted) if wanted else ():
                found[(field, comparable(getattr(product, field)))] = product
        return found

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        return describe(Product, draft)


class Priced(NamedTuple):
    """A price of the file, in the currency that its sign or the list tells; "" where nothing does."""

    amount: Decimal
    currency: str
    value: Value


class PricesOfProducts:
    """Puts the prices into the chosen list; one that is there already stays, unless the importer replaces values."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        lists = _lists_of(options.user)
        chosen = options.choices.get("price_list", "")
        self.price_list = next((one for one in lists if str(one.pk) == chosen), lists[0] if lists else None)

    def read(self, row: MappedRow) -> tuple[list[Priced], list[Note]]:
        currency = self.price_list.currency if self.price_list else ""
        amount, told = money_of(row, currency, field=_PRICE)
        return ([] if amount is None else [Priced(amount, told, row.all(_PRICE)[0])]), []

    def write(self, drafts: Sequence[Draft]) -> set[UUID]:
        priced = {draft.record.pk: draft for draft in drafts if draft.record and draft.companions.get(_PRICE)}
        if not priced:
            return set()
        made: set[UUID] = set()
        if self.price_list is None:
            self.price_list = self._new_list(priced.values())
            made = {self.price_list.pk}
        price_list = PriceList.objects.get(pk=self.price_list.pk)
        present = list(price_list.prices.all())
        prices, is_changed = self._joined(present, self._in_currency(priced, price_list.currency))
        if is_changed:
            save_price_list(price_list, actor=self.options.user, parts={"prices": prices}, reason=self.options.reason)
        return made

    def _new_list(self, drafts: Iterable[Draft]) -> PriceList:
        """In the currency that the first price with a sign tells, else that of the company."""
        told = (draft.companions[_PRICE][0].currency for draft in drafts)
        currency = next((code for code in told if code), "") or base_currency()
        user = self.options.user
        named = PriceList(name=_("Prices"), currency=currency, is_default=True, owner=user)
        named.team_id = self.options.team_id
        return create_price_list(named, actor=user)

    def _in_currency(self, priced: Mapping[UUID, Draft], currency: str) -> dict[UUID, Decimal]:
        fitting_prices: dict[UUID, Decimal] = {}
        for pk, draft in priced.items():
            entry = draft.companions[_PRICE][0]
            if entry.currency in ("", currency):
                fitting_prices[pk] = entry.amount
            else:
                sentence = _("The price list is in %(currency)s.") % {"currency": currency}
                draft.notes.append(left_out(draft.row, entry.value, sentence))
        return fitting_prices

    def _joined(self, present: list[Price], priced: Mapping[UUID, Decimal]) -> tuple[list[Price], bool]:
        is_changed = False
        known = {price.product_id: price for price in present if not price.from_quantity}
        for pk, amount in priced.items():
            if pk not in known:
                present.append(Price(product_id=pk, amount=amount))
                is_changed = True
            elif self.options.is_overwriting and known[pk].amount != amount:
                known[pk].amount = amount
                is_changed = True
        return present, is_changed

    def describe(self, entries: Sequence[Priced]) -> list[tuple[str, str]]:
        return [
            (_("Price"), money_text(entry.amount, entry.currency) if entry.currency else str(entry.amount))
            for entry in entries[:1]
        ]


def _lists_of(user: Any) -> list[PriceList]:
    """Those that the user may change, the one that is asked first at the beginning."""
    return list(PriceList.objects.editable_by(user).order_by("-is_default", "position", "name"))


def _list_choices(user: Any) -> list[tuple[str, Any]]:
    return [(str(one.pk), f"{one.name} ({one.currency})") for one in _lists_of(user)]


FIELDS = (
    ImportField(
        "name",
        gettext_lazy("Name"),
        (
            *("product", "product name", "name", "item", "item name", "service", "service name", "title"),
            *("продукт", "товар", "наименование", "название", "услуга", "найменування", "назва", "послуга"),
        ),
    ),
    ImportField("code", gettext_lazy("Code"), ("code", "sku", "article", "product code", "код", "артикул")),
    ImportField(
        "category",
        gettext_lazy("Category"),
        ("category", "series", "product line", "product family", "категория", "серия", "категорія", "серія"),
    ),
    ImportField("kind", gettext_lazy("Kind"), ("kind", "product type", "вид", "тип")),
    ImportField("unit", gettext_lazy("Unit"), ("unit", "unit of measure", "единица", "одиниця")),
    ImportField("description", gettext_lazy("Description"), ("description", "описание", "опис"), is_many=True),
)
PRICE = ImportField(
    _PRICE,
    gettext_lazy("Price"),
    ("price", "sales price", "unit price", "list price", "цена", "ціна"),
    ruled_by=("prices",),
)


register(
    ImportTarget(
        key="products",
        label=gettext_lazy("Products"),
        model=Product,
        fields=FIELDS,
        identities=(
            Identity(NAME, gettext_lazy("Code, else the name"), ("name", "code")),
            Identity(CODE, gettext_lazy("Code"), ("code",)),
            Identity(NOTHING, gettext_lazy("Nothing: every row is a new product")),
        ),
        required=(frozenset({"name"}),),
        open=ProductWriter,
        order=40,
        settings=(TargetSetting("price_list", gettext_lazy("Price list"), _list_choices),),
    )
)
register(ImportCompanion(key=_PRICE, target="products", model=PriceList, fields=(PRICE,), open=PricesOfProducts))
