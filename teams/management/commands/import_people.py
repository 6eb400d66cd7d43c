"""People of the company from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import people of the company, without passwords, from an Excel, CSV or TSV file."
    target_key = "people"
