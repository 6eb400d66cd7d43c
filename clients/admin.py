"""Clients in the Django admin."""

from django.contrib import admin

from clients.forms import ClientForm
from clients.models import Client
from clients.services import create_client, save_client
from crm.access.admin import RecordAdmin


@admin.register(Client)
class ClientAdmin(RecordAdmin):
    record_form = ClientForm
    create = create_client
    change = save_client
    list_display = ("name", "status", "tax_id", "city", "owner", "team", "updated_at")
    list_filter = ("status", "kind", "size")
