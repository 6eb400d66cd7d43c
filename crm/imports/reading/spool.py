"""The parent side of reading: starts the child, and streams the rows that it left behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from crm.imports.reading import limits
from crm.imports.reading.refusals import UnreadableFile

_REFUSED = 3


@dataclass(frozen=True)
class Row:
    """`number` counts from 1, as the row's number on the sheet."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class SpooledSheet:
    """`rows` counts the rows that are not empty, header and titles included.

    `wide_cells` are cells merged across columns: the row's number, the first and the last column from 0.
    """

    name: str
    is_hidden: bool
    rows: int
    columns: int
    path: Path
    wide_cells: Sequence[Sequence[int]] = ()

    def read(self) -> Iterator[Row]:
        with self.path.open(encoding="utf-8") as spool:
            for line in spool:
                number, cells = json.loads(line)
                yield Row(number, cells)

    def first(self, count: int) -> list[Row]:
        return list(islice(self.read(), count))


def extension_of(file_name: str) -> str:
    """Raises UnreadableFile for a kind of file that is not imported."""
    stem, _dot, extension = file_name.rpartition(".")
    extension = extension.strip().lower() if stem else ""
    if extension == "xlsm":
        raise UnreadableFile("macros")
    if extension == "xlsb":
        raise UnreadableFile("binary_workbook")
    if extension not in limits.EXTENSIONS:
        raise UnreadableFile("wrong_extension")
    return extension


def read_file(path: Path, file_name: str, folder: Path) -> list[SpooledSheet]:
    """Every sheet of the file, spooled under `folder`. `file_name` is the name that the user gave. Raises
    UnreadableFile."""
    extension_of(file_name)
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [str(path), str(folder), str(limits.MEMORY_BYTES)]
    command = [sys.executable, "-I", "-c", _START, str(settings.BASE_DIR), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=limits.WALL_SECONDS, check=False, env={})
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("too_long") from error
    if done.returncode == _REFUSED:
        raise UnreadableFile(done.stdout.decode().strip())
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnreadableFile("too_long")
    # Rust aborts when the memory limit is hit; Python's own failures are the file's too.
    if done.returncode == -signal.SIGABRT:
        raise UnreadableFile("sheet_too_large")
    if done.returncode:
        raise UnreadableFile("broken")
    return spooled_sheets(folder)


# Isolated mode keeps the working folder and PYTHONPATH out of the child's imports; the bare `crm` in the place of the
# real one keeps out everything that the product loads at its start.
_START = (
    "import sys, types, runpy; base = sys.argv.pop(1); sys.path.insert(0, base); "
    "crm = types.ModuleType('crm'); crm.__path__ = [base + '/crm']; sys.modules['crm'] = crm; "
    "runpy.run_module('crm.imports.reading.child', run_name='__main__')"
)


def spooled_sheets(folder: Path) -> list[SpooledSheet]:
    """The sheets as an earlier read_file left them."""
    index = json.loads((folder / "sheets.json").read_text(encoding="utf-8"))
    return [SpooledSheet(**sheet, path=folder / f"sheet-{number:03}.jsonl") for number, sheet in enumerate(index)]
