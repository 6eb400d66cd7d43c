"""What a file may cost, and the one exception of the child process."""

MEGABYTE = 1024 * 1024

MEMORY_BYTES = 1024 * MEGABYTE
CPU_SECONDS = 90
WALL_SECONDS = 180
SPOOL_BYTES = 1024 * MEGABYTE

UNPACKED_BYTES = 400 * MEGABYTE
ARCHIVE_ENTRIES = 4000
# calamine holds the whole rectangle of a sheet in memory, empty cells included, at some 30 bytes each.
SHEET_CELLS = 10_000_000
WORKBOOK_ROWS = 200_000
SHEETS = 200
COLUMNS = 1000
CELL_CHARACTERS = 32_767

EXTENSIONS = ("xlsx", "xls", "ods", "csv", "tsv", "txt")


class Refused(Exception):
    """`code` is one of crm.imports.reading.refusals.SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
