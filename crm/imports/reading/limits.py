"""What a file may cost, and the one exception of the child process."""

MEGABYTE = 1024 * 1024

# What the child may map. 200,000 rows of twelve columns need 250 MB; what needs more is told to come as CSV.
MEMORY_BYTES = 270 * MEGABYTE
CPU_SECONDS = 90
WALL_SECONDS = 180
SPOOL_BYTES = 1024 * MEGABYTE

UNPACKED_BYTES = 256 * MEGABYTE
# Tables pack to a tenth or a twentieth. What is large and packs to less than a sixtieth was made to be large.
SUSPECT_BYTES = 16 * MEGABYTE
SUSPECT_RATIO = 60
ARCHIVE_ENTRIES = 4000
# calamine holds the whole rectangle of a sheet in memory, empty cells included, at some 30 bytes each.
SHEET_CELLS = 5_000_000
WORKBOOK_ROWS = 200_000
TEXT_ROWS = 1_000_000
SHEETS = 200
COLUMNS = 1000
CELL_CHARACTERS = 32_767
# Merged areas that are remembered of a sheet: enough for headers, and for companies of several rows.
MERGES = 5000

EXTENSIONS = ("xlsx", "xls", "ods", "csv", "tsv", "txt")


class Refused(Exception):
    """`code` is one of crm.imports.reading.refusals.SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
