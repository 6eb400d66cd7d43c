"""Clients from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import clients, and the people named in their rows, from an Excel, CSV or TSV file."
    target_key = "clients"
