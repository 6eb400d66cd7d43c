"""Contacts in the Django admin."""

from django.contrib import admin

from contacts.forms import ContactForm
from contacts.models import Contact
from contacts.services import create_contact, save_contact
from crm.access.admin import RecordAdmin


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    record_form = ContactForm
    create = create_contact
    change = save_contact
    list_display = ("name", "birthday", "city", "owner", "team", "updated_at")
    list_filter = ("consent",)
