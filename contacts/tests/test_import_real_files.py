"""Every real file is imported as proposed, or refused in a sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile

from clients.tests.importing import worked_on
from contacts.models import Contact
from crm.imports import services
from crm.imports.models import Import, ImportStatus, ProblemKind
from crm.imports.reading.refusals import SENTENCES
from teams.tests.factories import make_cast

DATA = project_settings.BASE_DIR.parent / "shared" / "data"
FILES = [
    path
    for folder in ("xlsx_quirks", "moscow_orgs")
    for path in sorted((DATA / folder).rglob("*"))
    if path.is_file() and path.name != "SOURCE.txt"
]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not FILES, reason="the real files are not on this machine"),
]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


def imported_file(path: Path) -> Import:
    """Through all steps; an import without a sheet to import waits for its importer."""
    with path.open("rb") as file:
        upload = UploadedFile(File(file), path.name, size=path.stat().st_size)
        run = services.upload_file(upload, actor=make_cast().dana)
    worked_on(run)
    if run.status == ImportStatus.MAPPING and run.sheets.exclude(target="").exists():
        services.begin_check(run)
        worked_on(run)
        services.begin_run(run)
        worked_on(run)
    return run


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_real_file_is_imported_or_refused_in_a_sentence(path: Path) -> None:
    run = imported_file(path)
    assert run.status in (ImportStatus.DONE, ImportStatus.MAPPING) or run.failure in map(str, SENTENCES.values())
    failed = run.problems.filter(kind=ProblemKind.FAILED)
    assert not failed.filter(sentence__contains="database").exists()
    assert not failed.filter(column_index=None).exists(), "every failure has its cell"
    for sheet in run.sheets.exclude(target=""):
        assert sheet.rows_done == sheet.created + sheet.matched + sheet.folded + sheet.failed + sheet.empty


EXPECTED = {
    "deaths.xlsx": 20,
    "janitor_dirty_data.xlsx": 10,
    "example-linebreaks-in-cells.csv": 2,
    "moscow_notary.xls": 701,
}


@pytest.mark.parametrize("path", [path for path in FILES if path.name in EXPECTED], ids=lambda path: path.name)
def test_real_lists_of_people_become_contacts(path: Path) -> None:
    run = imported_file(path)
    assert (run.status, Contact.objects.count()) == (ImportStatus.DONE, EXPECTED[path.name])
