"""Contacts from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import people and their employers from an Excel, CSV or TSV file."
    target_key = "contacts"
