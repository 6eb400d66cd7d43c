"""Products from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import products and their prices from an Excel, CSV or TSV file."
    target_key = "products"
