"""Lists of deals: all in sight, the recycle bin, the export, suggestions for choices."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from crm.listing.export import export_page
from crm.listing.pages import bin_page, list_page
from crm.search.views import suggest_page
from projects.marks import Marker
from projects.models import Deal
from projects.switch import view_links
from projects.tables import DEALS


@login_required
@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"marker": Marker(request.user), "views": view_links(request, "list")}
    return list_page(request, DEALS, template="deals/list.html", **context)


@login_required
@require_safe
def deal_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, DEALS, template="deals/bin.html")


@login_required
@require_safe
def deal_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, DEALS)


@login_required
@require_safe
def deal_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Deal)
