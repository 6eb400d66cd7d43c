"""Deals from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import deals from an Excel, CSV or TSV file."
    target_key = "deals"
