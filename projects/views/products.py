"""Pages of products: the list, the card, the edit page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action
from crm.listing.export import export_page
from crm.listing.pages import bin_page, list_page
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import card_of
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record
from crm.search.views import suggest_page
from projects.catalogue import prices_of, sees_prices
from projects.models import Product
from projects.product_forms import ProductForm
from projects.product_tables import PRODUCTS
from projects.services import create_product, save_product

_SHOWN_PRICES = 50


@login_required
@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, PRODUCTS, template="products/list.html")


@login_required
@require_safe
def product_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, PRODUCTS, template="products/bin.html")


@login_required
@require_safe
def product_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, PRODUCTS)


@login_required
@require_safe
def product_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Product)


@login_required
def product_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    product, permissions = fetch_record(Product, pk, reader=request.user, related=("owner", "team"))
    context = {
        "card": card_of(product, permissions, request.user),
        "product": product,
        "prices": prices_of(product, request.user, limit=_SHOWN_PRICES),
        "sees_prices": sees_prices(request.user),
    }
    return render(request, "products/detail.html", context)


@login_required
def product_new(request: HttpRequest) -> HttpResponse:
    require_add(request, Product)
    form = ProductForm(request.POST or None, instance=fresh_instance(Product), actor=request.user)
    page = EditPage(
        form,
        save=create_product,
        template="products/edit.html",
        title=_("New product"),
        cancel_url=reverse("products:list"),
    )
    return page.respond(request)


@login_required
def product_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    product, _permissions = fetch_record(Product, pk, reader=request.user, action=Action.CHANGE)
    form = ProductForm(request.POST or None, instance=product, actor=request.user)
    page = EditPage(
        form,
        save=save_product,
        template="products/edit.html",
        title=_("Edit “%(name)s”") % {"name": product},
        cancel_url=product.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def product_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Product, pk)


@login_required
def product_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Product, pk)
