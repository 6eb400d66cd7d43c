"""Deals for tests, stored through the service as any other."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contacts.models import Contact
from projects.models import Deal, DealContact, Price, PriceList, Product, Stage
from projects.services import (
    create_deal,
    create_price_list,
    create_product,
    install_ready_pipeline,
    install_ready_project_stages,
)
from teams.models import User
from teams.selectors import home_team_of


def make_deal(
    owner: User, name: str = "Portal", *, contacts: Mapping[Contact, str] | None = None, **fields: Any
) -> Deal:
    """A deal of this owner and his home team, written by himself; `contacts` to their roles in it."""
    # Tests that empty the tables take the pipeline and the stages of the migrations with them.
    install_ready_pipeline()
    install_ready_project_stages()
    fields.setdefault("team", home_team_of(owner))
    parts = {"contacts": [DealContact(contact=contact, role=role) for contact, role in (contacts or {}).items()]}
    return create_deal(Deal(name=name, owner=owner, **fields), actor=owner, parts=parts)


def stage(name: str) -> Stage:
    """A stage of the ready pipeline."""
    return Stage.objects.get(pipeline=install_ready_pipeline(), name=name)


def make_product(owner: User, name: str = "Support", **fields: Any) -> Product:
    """A product of this owner and his home team, written by himself."""
    fields.setdefault("team", home_team_of(owner))
    return create_product(Product(name=name, owner=owner, **fields), actor=owner)


def make_price_list(
    owner: User, name: str = "Prices", prices: Mapping[Product, str] | None = None, **fields: Any
) -> PriceList:
    """A list of this owner and his home team; `prices` are amounts by product, in USD unless `currency` is given."""
    fields.setdefault("team", home_team_of(owner))
    fields.setdefault("currency", "USD")
    rows = [Price(product=product, amount=Decimal(amount)) for product, amount in (prices or {}).items()]
    return create_price_list(PriceList(name=name, owner=owner, **fields), actor=owner, parts={"prices": rows})
