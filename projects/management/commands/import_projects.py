"""Projects from a file, from the terminal."""

from crm.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import projects from an Excel, CSV or TSV file."
    target_key = "projects"
