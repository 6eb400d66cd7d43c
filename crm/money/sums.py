"""Sums of several currencies in the one that the company counts in, by the rates of a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from crm.money.amounts import EXACT, money_text, rounded
from crm.money.currencies import base_currency
from crm.money.models import ExchangeRate


@dataclass(frozen=True)
class Total:
    """`amount` in `currency` of all whose rate is known; `unrated` are the others, each in its own currency."""

    amount: Decimal
    currency: str
    unrated: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return money_text(self.amount, self.currency)

    @property
    def unrated_texts(self) -> list[str]:
        return [money_text(amount, currency) for currency, amount in sorted(self.unrated.items())]


def total(sums: Mapping[str, Decimal], *, on: date, base: str = "") -> Total:
    """Amounts by currency as one sum in `base`, which is the currency of the company unless given.

    Converted exactly and rounded once, at the end. A rate holds from its day on, until the next one; what has none
    on that day is told, and neither dropped nor guessed.
    """
    return totals([sums], on=on, base=base)[0]


def totals(several: Sequence[Mapping[str, Decimal]], *, on: date, base: str = "") -> list[Total]:
    """As `total` for each of several sums, by the same rates, which are read once."""
    base = base or base_currency()
    currencies = {currency for sums in several for currency in sums} - {base}
    rates = {base: Decimal(1), **rates_on(on, base=base, currencies=currencies)}
    return [_total(sums, rates, base) for sums in several]


def _total(sums: Mapping[str, Decimal], rates: Mapping[str, Decimal], base: str) -> Total:
    exact = Decimal(0)
    for currency in sums.keys() & rates.keys():
        exact = EXACT.add(exact, EXACT.multiply(sums[currency], rates[currency]))
    unrated = {currency: amount for currency, amount in sums.items() if currency not in rates}
    return Total(rounded(exact, base), base, unrated)


def rates_on(day: date, *, base: str, currencies: Collection[str] | None = None) -> dict[str, Decimal]:
    """The rate of each currency that holds on a day; of all currencies without `currencies`. One query at most."""
    if currencies is not None and not currencies:
        return {}
    found = ExchangeRate.objects.filter(base=base, day__lte=day)
    if currencies is not None:
        found = found.filter(currency__in=currencies)
    latest = found.order_by("currency", "-day").distinct("currency")
    return dict(latest.values_list("currency", "rate"))
