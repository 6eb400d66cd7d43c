"""What a product would cost in a line of a deal, for the form that is being filled in."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access.rights import hidden_fields
from crm.money.amounts import trimmed
from projects.catalogue import price_book
from projects.models import Product


@login_required
@require_safe
def line_price(request: HttpRequest) -> JsonResponse:
    """GET `product`, `currency` and `quantity`: {"title", "unit", "price"}, the price "" where no list has one.

    Raises Http404 for a product out of sight.
    """
    product = _product(request.GET.get("product", ""), request.user)
    currency = request.GET.get("currency", "")[:3]
    book = price_book([product.pk], currency, reader=request.user, on=timezone.localdate())
    price = book.price(product.pk, _quantity(request.GET.get("quantity", "")))
    answer = {
        "title": product.name,
        "unit": "" if "unit" in hidden_fields(request.user, Product) else product.unit,
        "price": str(trimmed(price.amount)) if price else "",
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = "private, no-store"
    return response


def _product(key: str, reader: Any) -> Product:
    try:
        found = Product.objects.visible_to(reader).filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def _quantity(typed: str) -> Decimal:
    """One, for what is no quantity."""
    try:
        quantity = Decimal(typed[:20])
    except InvalidOperation:
        return Decimal(1)
    return quantity if quantity.is_finite() and quantity > 0 else Decimal(1)
