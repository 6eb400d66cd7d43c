"""Amounts rounded to what a currency pays with, and sums of several currencies by the rates of a day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.money.amounts import decimal_text, rounded
from crm.money.models import ExchangeRate
from crm.money.sums import total

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def rate(currency: str, day: date, value: str, base: str = "UAH") -> None:
    ExchangeRate.objects.create(currency=currency, base=base, day=day, rate=Decimal(value))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("0.125", "USD", "0.13"), ("-0.125", "USD", "-0.13"), ("2.5", "JPY", "3"), ("1.0049", "KWD", "1.00")],
)
def test_halves_are_rounded_away_from_zero_in_the_minor_unit(amount: str, currency: str, expected: str) -> None:
    assert str(rounded(Decimal(amount), currency)) == expected


def test_a_number_is_told_without_zeros_at_its_end() -> None:
    assert [decimal_text(Decimal(text)) for text in ("41.25000000", "1250.500", "3", "0")] == [
        "41.25",
        "1,250.5",
        "3",
        "0",
    ]


@pytest.mark.django_db
def test_the_rate_that_holds_is_the_last_one_on_or_before_the_day() -> None:
    rate("USD", MAY, "40")
    rate("USD", JULY, "42")
    sums = {"USD": Decimal("10.50"), "UAH": Decimal(1)}
    assert [total(sums, on=day, base="UAH").amount for day in (MAY, JUNE, JULY)] == [421, 421, 442]
    before = total(sums, on=date(2026, 4, 30), base="UAH")
    assert (before.amount, before.unrated) == (1, {"USD": Decimal("10.50")})
    assert before.unrated_texts == ["$10.50"]


@pytest.mark.django_db
def test_rates_of_a_former_currency_of_the_company_are_not_used_for_the_new_one() -> None:
    rate("USD", MAY, "40", base="UAH")
    sums = {"USD": Decimal(10), "EUR": Decimal(5)}
    assert total(sums, on=JULY, base="EUR").unrated == {"USD": 10}
    rate("USD", JUNE, "0.9", base="EUR")
    assert total(sums, on=JULY, base="EUR").amount == 14
    assert total({}, on=JULY, base="EUR").amount == 0


@given(
    amounts=st.lists(st.decimals(0, 10**11, places=2), min_size=1, max_size=8),
    value=st.decimals("0.00000001", 10**6, places=8),
)
@pytest.mark.django_db
def test_a_total_is_rounded_once_however_many_amounts_it_has(amounts: list[Decimal], value: Decimal) -> None:
    ExchangeRate.objects.all().delete()
    rate("USD", MAY, str(value))
    added = total({"USD": sum(amounts), "UAH": amounts[0]}, on=JUNE, base="UAH")
    exact = sum(amounts) * value + amounts[0]
    assert abs(added.amount - exact) <= Decimal("0.005")
    assert not added.unrated
