"""Pages of price lists: the list, the card, the edit page."""

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
from projects.catalogue import prices_seen
from projects.models import PriceList
from projects.product_forms import PriceListForm
from projects.product_tables import PRICE_LISTS
from projects.services import create_price_list, save_price_list


@login_required
@require_safe
def price_list_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, PRICE_LISTS, template="prices/list.html")


@login_required
@require_safe
def price_list_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, PRICE_LISTS, template="prices/bin.html")


@login_required
@require_safe
def price_list_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, PRICE_LISTS)


@login_required
@require_safe
def price_list_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, PriceList)


@login_required
def price_list_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    price_list, permissions = fetch_record(PriceList, pk, reader=request.user, related=("owner", "team"))
    card = card_of(price_list, permissions, request.user)
    prices, unseen = prices_seen(price_list, request.user) if card.sees["prices"] else ([], 0)
    context = {"card": card, "price_list": price_list, "prices": prices, "unseen": unseen}
    return render(request, "prices/detail.html", context)


@login_required
def price_list_new(request: HttpRequest) -> HttpResponse:
    require_add(request, PriceList)
    form = PriceListForm(request.POST or None, instance=fresh_instance(PriceList), actor=request.user)
    page = EditPage(
        form,
        save=create_price_list,
        template="prices/edit.html",
        title=_("New price list"),
        cancel_url=reverse("prices:list"),
    )
    return page.respond(request)


@login_required
def price_list_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    price_list, _permissions = fetch_record(PriceList, pk, reader=request.user, action=Action.CHANGE)
    form = PriceListForm(request.POST or None, instance=price_list, actor=request.user)
    page = EditPage(
        form,
        save=save_price_list,
        template="prices/edit.html",
        title=_("Edit “%(name)s”") % {"name": price_list},
        cancel_url=price_list.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def price_list_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, PriceList, pk)


@login_required
def price_list_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, PriceList, pk)
