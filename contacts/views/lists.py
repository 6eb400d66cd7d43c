"""Lists of contacts: all in sight, the recycle bin, the export, suggestions for choices."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from contacts.models import Contact
from contacts.tables import CONTACTS
from crm.listing.export import export_page
from crm.listing.pages import bin_page, list_page
from crm.search.views import suggest_page


@login_required
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, CONTACTS, template="contacts/list.html")


@login_required
@require_safe
def contact_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, CONTACTS, template="contacts/bin.html")


@login_required
@require_safe
def contact_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, CONTACTS)


@login_required
@require_safe
def contact_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Contact)
