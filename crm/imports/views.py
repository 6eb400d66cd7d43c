"""The pages of the import: upload, columns, preview, progress, report."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from crm.imports import services
from crm.imports.engine import ImportRefused
from crm.imports.forms import UploadForm
from crm.imports.jobs import announce
from crm.imports.leftovers import LeftOutRow
from crm.imports.matching import options_of
from crm.imports.mending import MOST_ROWS, failed_rows_workbook, has_failed_rows
from crm.imports.models import Import, ImportStatus, ProblemKind
from crm.imports.reading.refusals import UnreadableFile
from crm.imports.registry import fields_for, targets_for
from crm.imports.report import csv_report, xlsx_report
from crm.imports.selectors import imported_records, problems_of
from crm.imports.values_page import ValuesPage
from crm.imports.wizard import MappingPage

_REPORTS = {"csv": csv_report, "xlsx": xlsx_report}
_PAGES = {ImportStatus.MAPPING: "imports:columns", ImportStatus.MATCHING: "imports:values"}
_LISTED = 50


def _own_import(request: HttpRequest, pk: UUID) -> Import:
    visible = Import.objects.visible_to(request.user).select_related("importer")
    run: Import = get_object_or_404(visible, pk=pk)
    return run


def _require_importer(request: HttpRequest) -> None:
    if not targets_for(request.user):
        raise PermissionDenied


def _tell_workers(request: HttpRequest, run: Import) -> None:
    if not announce(run):
        messages.warning(
            request, _("The background worker cannot be reached now. Your import is kept and goes on by itself later.")
        )


@login_required
@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    _require_importer(request)
    runs = list(Import.objects.visible_to(request.user).filter(importer_id=request.user.pk)[:_LISTED])
    return render(request, "imports/list.html", {"runs": runs, "form": UploadForm()})


@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    _require_importer(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = services.upload_file(form.cleaned_data["file"], actor=request.user)
        except UnreadableFile as refusal:
            form.add_error("file", refusal.sentence)
        else:
            _tell_workers(request, run)
            return redirect(run)
    return render(request, "imports/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    run = _own_import(request, pk)
    if run.is_working:
        return render(request, "imports/progress.html", {"run": run})
    if run.status in _PAGES:
        return redirect(_PAGES[ImportStatus(run.status)], pk=run.pk)
    if run.status == ImportStatus.CHECKED:
        return render(request, "imports/preview.html", _preview(run))
    return render(request, "imports/report.html", _report(request, run))


def _preview(run: Import) -> dict[str, Any]:
    sheets = {sheet.position: sheet for sheet in run.sheets.all()}
    found = [
        {
            **check,
            "sheet": sheets[check["position"]],
            "left_out": [LeftOutRow(**row) for row in check.get("left_out", [])],
        }
        for check in run.checked["sheets"]
    ]
    names = ("rows", "created", "matched", "folded", "failed", "phones_kept", "empty", "skipped")
    totals = {name: sum(check.get(name, 0) for check in found) for name in names}
    return {"run": run, "checks": found, "totals": totals, "has_values": run.values.exists()}


def _report(request: HttpRequest, run: Import) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in ProblemKind.values else ""
    return {
        "run": run,
        "sheets": list(run.sheets.exclude(target="")),
        "totals": services.totals_of(run),
        "kind": kind,
        "kinds": ProblemKind.choices,
        "has_failed_rows": has_failed_rows(run),
        "most_mended": MOST_ROWS,
        "problems": problems_of(run, kind=kind, after=request.GET.get("after", "")),
        "records": imported_records(run, reader=request.user, after=request.GET.get("records_after", "")),
    }


@login_required
def import_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    run = _own_import(request, pk)
    if run.status != ImportStatus.MAPPING:
        return redirect(run)
    page = MappingPage(run, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "imports/columns.html", {"run": run, "page": page})
    if page.is_changed or "look-again" in request.POST:
        page.save()
        return redirect("imports:columns", pk=run.pk)
    if not page.is_valid():
        return render(request, "imports/columns.html", {"run": run, "page": page}, status=422)
    page.save()
    page.remember()
    return _step(request, run, services.begin_check, is_for_worker=True)


@login_required
def import_values(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What becomes of values that are called like nothing here."""
    run = _own_import(request, pk)
    if run.status != ImportStatus.MATCHING:
        return redirect(run)
    page = ValuesPage(run, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "imports/values.html", {"run": run, "page": page})
    if "use-suggestions" in request.POST:
        page.use_suggestions()
        page.save()
        return redirect("imports:values", pk=run.pk)
    if not page.is_valid():
        return render(request, "imports/values.html", {"run": run, "page": page}, status=422)
    page.decide()
    return _step(request, run, services.begin_check, is_for_worker=True)


@login_required
@require_GET
def import_options(request: HttpRequest, pk: UUID, target: str, field: str) -> JsonResponse:
    """What a value of this field may be, as a select that searches asks for it; nothing out of the reader's sight."""
    run = _own_import(request, pk)
    entry = next((one for one in targets_for(run.importer) if one.key == target), None)
    fields = fields_for(run.importer, entry) if entry and run.importer_id == request.user.pk else []
    options = options_of([one for one in fields if one.key == field], run.importer).get(field)
    if options is None:
        raise Http404
    found = options.search(request.GET.get("q", ""))
    answer = JsonResponse({"results": [{"id": one.key, "text": one.label, "hint": one.hint} for one in found]})
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_GET
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The polled part of the progress page; the whole page again when the work is done."""
    run = _own_import(request, pk)
    if not run.is_working:
        return HttpResponseClientRefresh()
    return render(request, "imports/_progress.html", {"run": run})


@login_required
@require_POST
def import_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, _own_import(request, pk), services.begin_run, is_for_worker=True)


@login_required
@require_POST
def import_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    step = services.back_to_matching if "values" in request.POST else services.back_to_mapping
    return _step(request, _own_import(request, pk), step, is_for_worker=False)


@login_required
@require_POST
def import_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    run = _own_import(request, pk)
    services.cancel(run)
    return redirect(run)


def _step(request: HttpRequest, run: Import, step: Any, *, is_for_worker: bool) -> HttpResponseRedirect:
    try:
        step(run)
    except services.WrongState as late:
        messages.info(request, str(late))
    else:
        if is_for_worker:
            _tell_workers(request, run)
    return redirect(run)


@login_required
@require_GET
def import_report(request: HttpRequest, pk: UUID, format: str) -> HttpResponseBase:
    run = _own_import(request, pk)
    if format not in _REPORTS:
        raise Http404
    return _REPORTS[format](run)


@login_required
@require_GET
def import_failed_rows(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    run = _own_import(request, pk)
    try:
        return failed_rows_workbook(run)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(run)
