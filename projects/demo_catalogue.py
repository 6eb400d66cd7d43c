"""The catalogue of the demo company: products, price lists, exchange rates, and lines in a third of its open deals."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clients.models import Client
from crm.access.rights import Action, may
from crm.money.amounts import rounded
from crm.money.models import ExchangeRate
from projects.models import Deal, DealLine, Price, PriceList, Product, StageKind
from projects.services import create_price_list, create_product, save_deal
from teams.models import Company, User
from teams.selectors import home_team_of
from teams.services import save_rate

# Name, code, category, kind, unit and the price of one in EUR.
_SOLD: Sequence[tuple[str, str, str, str, str, int]] = (
    ("Consulting", "CON-H", "Services", "service", "hour", 95),
    ("Development", "DEV-H", "Services", "service", "hour", 75),
    ("Project management", "PM-D", "Services", "service", "day", 640),
    ("Security audit", "SEC-A", "Services", "service", "package", 7400),
    ("Mail migration", "MIG-U", "Migration", "service", "user", 35),
    ("Warehouse integration", "INT-W", "Integration", "service", "package", 12500),
    ("Support, business hours", "SUP-B", "Support", "subscription", "month", 900),
    ("Support, around the clock", "SUP-C", "Support", "subscription", "month", 2400),
    ("Managed backup", "BCK-M", "Cloud", "subscription", "month", 320),
    ("Customer portal licence", "POR-L", "Portal", "product", "licence", 4800),
    ("Office suite", "OFF-U", "Licences", "subscription", "user", 11),
    ("Network switch, 24 ports", "NET-24", "Hardware", "product", "piece", 540),
)
# What the company sold once.
_NO_MORE = ("On-site fax service", "FAX-1", "Hardware", "service", "piece", 120)
# How many of each currency one EUR bought.
_PER_EURO = {
    "EUR": Decimal(1),
    "USD": Decimal("1.08"),
    "GBP": Decimal("0.86"),
    "UAH": Decimal(48),
    "PLN": Decimal("4.3"),
}
_LISTED = ("EUR", "USD", "UAH")
_DISCOUNTS = (0, 0, 0, 5, 10, Decimal("12.5"))
_MOST_LINES = 4


def make_demo_catalogue(draw: random.Random, clients: Sequence[Client]) -> None:
    """Through the services: the catalogue by whoever may keep it, lines by the owners of their deals."""
    keeper = _keeper()
    products = [_product(*sold, keeper=keeper) for sold in _SOLD]
    _product(*_NO_MORE, keeper=keeper, is_sold=False)
    prices = {currency: _list_in(currency, products, keeper) for currency in _LISTED}
    _list_of_before(products, keeper)
    _make_rates(draw, keeper)
    for deal in Deal.objects.filter(state=StageKind.OPEN, currency__in=_LISTED).order_by("id")[::3]:
        lines = [_line(draw, product, prices[deal.currency]) for product in draw.sample(products, _few(draw))]
        save_deal(deal, actor=deal.owner, parts={"lines": lines})


def _keeper() -> User:
    people = User.objects.filter(is_active=True).order_by("-is_superuser", "pk")
    return next(person for person in people if may(person, Action.ADD, Product))


def _product(*sold: Any, keeper: User, is_sold: bool = True) -> Product:
    name, code, category, kind, unit, _price = sold
    product = Product(name=name, code=code, category=category, kind=kind, unit=unit, is_sold=is_sold, owner=keeper)
    product.team = home_team_of(keeper)
    return create_product(product, actor=keeper)


def _price_in(currency: str, euros: int) -> Decimal:
    return rounded(euros * _PER_EURO[currency], currency)


def _list_in(currency: str, products: Sequence[Product], keeper: User) -> Mapping[Any, Decimal]:
    """What one of each product costs in it, by the key of the product."""
    amounts = {product.pk: _price_in(currency, sold[-1]) for product, sold in zip(products, _SOLD, strict=True)}
    year = timezone.localdate().year
    many = Price(product=products[0], amount=amounts[products[0].pk] * 9 / 10, from_quantity=Decimal(100))
    _store(
        PriceList(name=f"{currency} {year}", currency=currency, is_default=True),
        [*(Price(product_id=key, amount=amount) for key, amount in amounts.items()), many],
        keeper,
    )
    return amounts


def _list_of_before(products: Sequence[Product], keeper: User) -> None:
    first = timezone.localdate().replace(month=1, day=1)
    rows = [
        Price(product=product, amount=_price_in("EUR", sold[-1]) * 9 / 10)
        for product, sold in zip(products, _SOLD, strict=True)
    ]
    before = PriceList(name=f"EUR {first.year - 1}", currency="EUR", valid_until=first - timedelta(days=1))
    _store(before, rows, keeper)


def _store(price_list: PriceList, rows: list[Price], keeper: User) -> None:
    price_list.owner, price_list.team = keeper, home_team_of(keeper)
    create_price_list(price_list, actor=keeper, parts={"prices": rows})


def _make_rates(draw: random.Random, keeper: User) -> None:
    base, today = Company.current().currency, timezone.localdate()
    for currency in sorted(_PER_EURO.keys() - {base}):
        for days in (60, 30, 0):
            value = _PER_EURO.get(base, Decimal(1)) / _PER_EURO[currency] * draw.randint(97, 103) / 100
            rate = ExchangeRate(currency=currency, day=today - timedelta(days=days), rate=round(value, 4))
            save_rate(rate, actor=keeper)


def _line(draw: random.Random, product: Product, prices: Mapping[Any, Decimal]) -> DealLine:
    quantities = {"hour": (20, 400), "day": (2, 30), "user": (10, 250), "month": (6, 24)}
    quantity = draw.randint(*quantities.get(product.unit, (1, 3)))
    return DealLine(
        product=product,
        title=product.name,
        unit=product.unit,
        quantity=Decimal(quantity),
        unit_price=prices[product.pk],
        discount=Decimal(draw.choice(_DISCOUNTS)),
    )


def _few(draw: random.Random) -> int:
    return draw.randint(1, _MOST_LINES)
