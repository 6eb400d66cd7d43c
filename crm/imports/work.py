"""The worker's side of an import: takes it by a lease, does the step that its status names, gives it back."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.access.writing import LeavesScope
from crm.imports.checking import Checker, SheetCheck
from crm.imports.engine import ImportRefused
from crm.imports.gathering import Gathering
from crm.imports.models import Import, ImportSheet, ImportStatus
from crm.imports.reading.refusals import UnreadableFile
from crm.imports.reading.spool import SpooledSheet, read_file, spooled_sheets
from crm.imports.running import SheetRun
from crm.imports.sheets import look_at_sheet, recall_options, suggest_phone_options

logger = logging.getLogger(__name__)
# How long a worker may be silent before another takes over: while he reads the file, and between two batches.
READING_LEASE = timedelta(minutes=4)
BATCH_LEASE = timedelta(seconds=90)


class LeaseLost(Exception):
    """Another worker holds this import now."""


class CancelRequested(Exception):
    """The importer wants no more of it."""


def work_on(import_id: UUID, on_progress: Callable[[Import], None] | None = None) -> None:
    """Do the next step, if there is one and no other worker does it. Never raises for what is wrong with the file."""
    lease = uuid4()
    if not _take(import_id, lease):
        return
    run = Import.objects.select_related("importer").get(pk=import_id)
    with translation.override(getattr(run.importer, "language", None) or translation.get_language()):
        Worker(run, lease, on_progress).work()


def _take(import_id: UUID, lease: UUID) -> bool:
    waiting = Import.objects.waiting_for_a_worker().filter(pk=import_id)
    return bool(waiting.update(lease=lease, lease_until=timezone.now() + READING_LEASE))


class Worker:
    """Holds the lease of one import through one step."""

    def __init__(self, run: Import, lease: UUID, on_progress: Callable[[Import], None] | None) -> None:
        self.run = run
        self.lease = lease
        self.on_progress = on_progress

    def work(self) -> None:
        steps = {
            ImportStatus.READING: self.read,
            ImportStatus.CHECKING: self.check,
            ImportStatus.RUNNING: self.write,
        }
        try:
            steps[ImportStatus(self.run.status)]()
        except LeaseLost:
            return
        except CancelRequested:
            self._end(ImportStatus.CANCELLED)
        except (UnreadableFile, ImportRefused, LeavesScope) as refusal:
            self._end(ImportStatus.FAILED, str(refusal))
        except OperationalError:
            # The database went away: the row keeps its state, and the sweeper tries again when the lease ends.
            raise
        except Exception:
            logger.exception("Import %s failed.", self.run.pk)
            self._end(ImportStatus.FAILED, _("Something went wrong on our side."))

    def read(self) -> None:
        run = self.run
        spooled = read_file(run.upload_path, run.file_name, run.spool_folder)
        with self._batch():
            run.sheets.all().delete()
            sheets = [look_at_sheet(run, position, sheet) for position, sheet in enumerate(spooled) if sheet.rows]
            ImportSheet.objects.bulk_create(sheets)
            recall_options(run, sheets)
            if not run.region:
                suggest_phone_options(run, sheets)
            run.rows_total = sum(sheet.row_count for sheet in sheets)
            self._end(ImportStatus.MAPPING)

    def check(self) -> None:
        """Values that match nothing are asked about first; then the importer's answers are used."""
        if self._has_open_values():
            self._end(ImportStatus.MATCHING)
            return
        run = self.run
        checker = Checker(run)
        found: list[dict[str, Any]] = []
        for sheet, spooled in chosen_sheets(run):
            result = SheetCheck()
            done_before = run.rows_done
            for result in checker.check(sheet, spooled):
                with self._batch():
                    run.rows_done = done_before + result.rows
            found.append({"position": sheet.position, **_as_json(result)})
        with self._batch():
            run.checked = {"sheets": found}
            run.rows_total = sum(sheet["rows"] for sheet in found)
            self._end(ImportStatus.CHECKED)

    def _has_open_values(self) -> bool:
        run, gathering = self.run, Gathering(self.run)
        for sheet, spooled in chosen_sheets(run):
            for _rows in gathering.look(sheet, spooled):
                with self._batch():
                    pass
        with self._batch():
            return gathering.store()

    def write(self) -> None:
        run = self.run
        for sheet, spooled in chosen_sheets(run):
            sheet_run = SheetRun(run, sheet, spooled)
            for rows in sheet_run:
                with self._batch():
                    sheet_run.write(rows)
                    run.rows_done += len(rows)
        self._end(ImportStatus.DONE)

    @contextmanager
    def _batch(self) -> Iterator[None]:
        """One transaction under the lease: what another worker took over is not written twice."""
        with transaction.atomic():
            mine = Import.objects.select_for_update().filter(pk=self.run.pk, lease=self.lease).first()
            if mine is None:
                raise LeaseLost
            if mine.is_cancel_requested:
                raise CancelRequested
            self._ask_for_the_importer()
            yield
            self.run.lease_until = timezone.now() + BATCH_LEASE
            self.run.save(update_fields=["lease_until", "rows_done", "rows_total"])
        if self.on_progress:
            self.on_progress(self.run)

    def _ask_for_the_importer(self) -> None:
        """His rights as they are now: who was deactivated or lost a right has no batch written in his name.

        Raises ImportRefused.
        """
        importer = get_user_model()._default_manager.get(pk=self.run.importer_id)
        self.run.importer = importer
        if not importer.is_active:
            raise ImportRefused(_("The importer's account was deactivated."))

    def _end(self, status: ImportStatus, failure: str = "") -> None:
        """Store the new state and give the lease back."""
        run = self.run
        run.status, run.failure, run.lease, run.lease_until = status, failure, None, None
        if run.is_finished:
            run.finished_at = timezone.now()
        fields = ["status", "failure", "lease", "lease_until", "finished_at", "checked", "rows_total"]
        fields += ["region", "area_code", "identities", "choices", "unmatched"]
        try:
            run.save(update_fields=fields)
        except DatabaseError:
            logger.exception("The end of import %s could not be stored.", run.pk)
            raise


def chosen_sheets(run: Import) -> Iterator[tuple[ImportSheet, SpooledSheet]]:
    """The sheets that are imported, with their rows on disk. Raises ImportRefused."""
    try:
        spooled = spooled_sheets(run.spool_folder)
    except OSError as error:
        raise ImportRefused(_("The uploaded file is not kept any more. Upload it again.")) from error
    for sheet in run.sheets.exclude(target="").order_by("position"):
        yield sheet, spooled[sheet.position]


def _as_json(result: SheetCheck) -> dict[str, Any]:
    return {**vars(result), "counts": None, **vars(result.counts)}
