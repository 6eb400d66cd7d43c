"""Lists of clients: all in sight, the recycle bin, the export, suggestions for choices."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from clients.models import Client
from clients.tables import CLIENTS
from crm.listing.export import export_page
from crm.listing.pages import bin_page, list_page
from crm.search.views import suggest_page


@login_required
@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, CLIENTS, template="clients/list.html")


@login_required
@require_safe
def client_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, CLIENTS, template="clients/bin.html")


@login_required
@require_safe
def client_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, CLIENTS)


@login_required
@require_safe
def client_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Client)
