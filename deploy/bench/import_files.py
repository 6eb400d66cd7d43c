"""Every file of a folder through the import, as it is proposed and without a correction; writes docs/import.md.

`bin/bench import_files [folder]`. The default is the real files beside the project; without them nothing happens.
Nothing is kept: each file's records are taken back before the next one.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings  # noqa: E402 the settings come first
from django.core.files import File  # noqa: E402
from django.core.files.uploadedfile import UploadedFile  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import override_settings  # noqa: E402
from tqdm import tqdm  # noqa: E402

from crm.embedded.prepare import bring_up_to_date  # noqa: E402
from crm.imports import services  # noqa: E402
from crm.imports.body import table_rows  # noqa: E402
from crm.imports.models import Import, ImportSheet, ImportStatus, ProblemKind  # noqa: E402
from crm.imports.reading.refusals import UnreadableFile  # noqa: E402
from crm.imports.reading.spool import spooled_sheets  # noqa: E402
from crm.imports.registry import ImportTarget, fields_for, target_of  # noqa: E402
from crm.imports.work import work_on  # noqa: E402
from teams.models import User  # noqa: E402

FOLDERS = ("xlsx_quirks", "moscow_orgs")
NO_FILES = {"SOURCE.txt"}
DOCUMENT = settings.BASE_DIR / "docs" / "import.md"
INTRODUCTION = Path(__file__).with_suffix(".md")
UNKNOWN = "Nothing here looks like the names of companies or people; the importer would choose the columns himself."


@dataclass(frozen=True)
class Line:
    """What became of one sheet, or of a file that was refused whole."""

    file: str
    sheet: str = ""
    rows: int = 0
    imported: int = 0
    failed: int = 0
    outcome: str = ""

    def as_markdown(self) -> str:
        cells = [self.file, self.sheet, f"{self.rows:,}", f"{self.imported:,}", f"{self.failed:,}", self.outcome]
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench import_files")
    parser.add_argument("folder", nargs="?", type=Path, default=settings.BASE_DIR.parent / "shared" / "data")
    folder: Path = parser.parse_args().folder
    files = sorted(path for name in FOLDERS for path in (folder / name).rglob("*") if path.is_file())
    files = [path for path in files if path.name not in NO_FILES]
    if not files:
        sys.stdout.write("There are no files to import; docs/import.md stays as it is.\n")
        return
    bring_up_to_date()
    lines = [line for path in tqdm(files, unit=" files") for line in outcome_of(path, str(path.relative_to(folder)))]
    table = "\n".join(line.as_markdown() for line in lines)
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(f"{INTRODUCTION.read_text(encoding='utf-8')}{table}\n", encoding="utf-8")
    sys.stdout.write(f"{len(files)} files, {sum(line.imported for line in lines):,} rows imported\n")


def outcome_of(path: Path, name: str) -> list[Line]:
    with tempfile.TemporaryDirectory() as uploads, override_settings(UPLOADS_DIR=Path(uploads)), transaction.atomic():
        lines = list(_lines(path, name))
        transaction.set_rollback(True)
    return lines


def _lines(path: Path, name: str) -> Iterator[Line]:
    importer, _is_new = User.objects.get_or_create(username="bench-import", defaults={"is_superuser": True})
    try:
        with path.open("rb") as file:
            upload = UploadedFile(File(file), path.name, size=path.stat().st_size)
            run = services.upload_file(upload, actor=importer)
    except UnreadableFile as refusal:
        yield Line(name, outcome=f"Refused: {refusal}")
        return
    _work(run)
    if run.status == ImportStatus.MAPPING and run.sheets.exclude(target="").exists():
        services.begin_check(run)
        _work(run)
        services.begin_run(run)
        _work(run)
    if run.failure:
        yield Line(name, outcome=f"Refused: {run.failure}")
        return
    for sheet in run.sheets.all():
        yield _line(run, sheet, name)


def _work(run: Import) -> None:
    work_on(run.pk)
    run.refresh_from_db()


def _line(run: Import, sheet: ImportSheet, name: str) -> Line:
    target = target_of(sheet.target)
    if target is None:
        spooled = spooled_sheets(run.spool_folder)[sheet.position]
        return Line(name, sheet.name, sum(1 for _row in table_rows(spooled, sheet.layout)), 0, 0, UNKNOWN)
    check = next(found for found in run.checked["sheets"] if found["position"] == sheet.position)
    imported = sheet.created + sheet.matched + sheet.folded
    return Line(name, sheet.name, check["rows"], imported, sheet.failed, _sentence(run, sheet, target, check))


def _sentence(run: Import, sheet: ImportSheet, target: ImportTarget, check: dict[str, int]) -> str:
    facts = [_many(sheet.created, "new record"), _many(sheet.folded, "row of another row's record")]
    facts += [
        _many(sheet.phones_kept, "phone kept as typed"),
        _many(check["left_out_count"], "row around the table left out"),
    ]
    facts.append(_many(sheet.empty, "row without a name or anything else of use"))
    if sheet.header_row != 1:
        facts.append(f"the header stands in row {sheet.header_row}" if sheet.header_row else "no header")
    failures = run.problems.filter(sheet=sheet, kind=ProblemKind.FAILED).values_list("sentence")
    facts += [
        f"{count:,} failed: {sentence.rstrip('.')}"
        for sentence, count in failures.annotate(Count("pk")).order_by("-pk__count")
    ]
    labels = {field.key: str(field.label) for field in fields_for(run.importer, target)}
    chosen = sheet.fields_by_column
    columns = [f"{column['header']} = {labels[chosen[column['index']]]}" for column in sheet.columns
               if column["index"] in chosen]  # fmt: skip
    return f"{target.label}: {', '.join(filter(None, facts))}. Columns: {'; '.join(columns)}."


def _many(count: int, what: str) -> str:
    """ "3 phones kept as typed"; "" for none."""
    noun, _gap, rest = what.partition(" ") if not what.startswith("new") else (what, "", "")
    return f"{count:,} {noun}{'' if count == 1 else 's'} {rest}".strip() if count else ""


if __name__ == "__main__":
    main()
