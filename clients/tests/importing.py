"""Imports in tests: a table becomes a file, the file an import, each step done at once."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports import services
from crm.imports.models import Import, ImportStatus
from crm.imports.work import work_on

Rows = Sequence[Sequence[str]]


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def upload_of(rows: Rows, name: str = "clients.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_csv(rows))


def read_in(user: Any, rows: Rows, *, region: str = "UA", area_code: str = "44", **options: Any) -> Import:
    """An import that waits for its columns to be chosen, with those that were found."""
    run = services.upload_file(upload_of(rows), actor=user, region=region, area_code=area_code)
    work_on(run.pk)
    run.refresh_from_db()
    if options:
        services.choose_options(run, options=options)
    return run


def checked(user: Any, rows: Rows, **options: Any) -> Import:
    run = read_in(user, rows, **options)
    assert run.status == ImportStatus.MAPPING, run.failure
    services.begin_check(run)
    return worked_on(run)


def imported(user: Any, rows: Rows, **options: Any) -> Import:
    run = checked(user, rows, **options)
    assert run.status == ImportStatus.CHECKED, run.failure
    services.begin_run(run)
    return worked_on(run)


def imported_as_found(user: Any, content: bytes, name: str) -> Import:
    """A file imported with the columns that were found and the options that were remembered or suggested."""
    run = services.upload_file(SimpleUploadedFile(name, content), actor=user)
    assert worked_on(run).status == ImportStatus.MAPPING, run.failure
    services.begin_check(run)
    assert worked_on(run).status == ImportStatus.CHECKED, run.failure
    services.begin_run(run)
    return worked_on(run)


def worked_on(run: Import) -> Import:
    work_on(run.pk)
    run.refresh_from_db()
    return run


def problems(run: Import) -> list[tuple[int, str, str]]:
    return list(run.problems.values_list("row", "kind", "value"))
