"""Every write to products and price lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.access import writing
from crm.money.currencies import base_currency
from projects.models import PriceList, Product

Parts = Mapping[str, Sequence[Any]]


def create_product(product: Product, *, actor: Any, parts: Parts | None = None) -> Product:
    """Store a new product. Raises PermissionDenied, LeavesScope; IntegrityError when its code is taken."""
    product.code = " ".join(product.code.split())
    return writing.create_record(product, actor=actor, parts=parts)


def save_product(product: Product, *, actor: Any, parts: Parts | None = None, reason: str = "") -> Product:
    """Store a changed product. Raises StaleVersion, PermissionDenied, LeavesScope; IntegrityError as above."""
    product.code = " ".join(product.code.split())
    return writing.change_record(product, actor=actor, parts=parts, reason=reason)


def create_price_list(price_list: PriceList, *, actor: Any, parts: Parts | None = None) -> PriceList:
    """Store a new list with its prices. Raises PermissionDenied, LeavesScope."""
    price_list.currency = price_list.currency or base_currency()
    return writing.create_record(price_list, actor=actor, parts=parts)


def save_price_list(price_list: PriceList, *, actor: Any, parts: Parts | None = None, reason: str = "") -> PriceList:
    """Store a changed list; prices that are not given stay. Raises StaleVersion, PermissionDenied, LeavesScope."""
    return writing.change_record(price_list, actor=actor, parts=parts, reason=reason)
