"""The list of what did not go as hoped, as a file: formula-safe CSV and XLSX."""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from openpyxl import Workbook

from crm.imports.models import Import
from crm.listing.cells import csv_cell, xlsx_cell

_IN_MEMORY = 1024 * 1024


def problem_rows(run: Import) -> Iterator[list[str]]:
    """A heading, then a line a problem."""
    yield [_("Sheet"), _("Row"), _("What happened"), _("Column"), _("Value"), _("Why")]
    for problem in run.problems.select_related("sheet").iterator(chunk_size=2000):
        yield [
            problem.sheet.name,
            str(problem.row),
            str(problem.get_kind_display()),
            problem.column,
            problem.value,
            problem.sentence,
        ]


def csv_report(run: Import) -> HttpResponseBase:
    text = io.StringIO()
    # Excel takes a CSV file for UTF-8 only by this mark.
    text.write("\ufeff")
    csv.writer(text).writerows([csv_cell(value) for value in row] for row in problem_rows(run))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    return _as_attachment(response, "import-report.csv")


def xlsx_report(run: Import) -> HttpResponseBase:
    workbook = Workbook(write_only=True)
    sheet: Any = workbook.create_sheet(_("Report"))
    for row in problem_rows(run):
        sheet.append([xlsx_cell(sheet, value) for value in row])
    # The response closes it.
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    workbook.save(file)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _as_attachment(FileResponse(file, content_type=kind), "import-report.xlsx")


def _as_attachment(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
