"""What the importer does with an import: upload, choose, start, cancel. The work itself is in crm.imports.work."""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.imports.headers import Layout
from crm.imports.models import Import, ImportSheet, ImportStatus, RememberedMapping
from crm.imports.reading.refusals import UnreadableFile
from crm.imports.reading.spool import extension_of, spooled_sheets
from crm.imports.sheets import look_at_sheet

LARGEST_UPLOAD = 50 * 1024 * 1024
_LONGEST_NAME = 200
_KEPT_DAYS = 14
# The folders of other systems, and marks that turn the direction of text ("cod\u202efdp.xlsx").
_PATH = re.compile(r".*[/\\]", re.DOTALL)


class WrongState(Exception):
    """The import has gone on in the meantime: the step does not fit any more."""


def clean_file_name(name: str) -> str:
    """The last part of the name, without signs that are not seen; long ones shortened before their extension."""
    bare = "".join(
        sign for sign in _PATH.sub("", name) if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ).strip()
    stem, suffix = PurePosixPath(bare or "file").stem, PurePosixPath(bare or "file").suffix[:10]
    return f"{stem[: _LONGEST_NAME - len(suffix)]}{suffix}"


def upload_file(upload: "UploadedFile[Any]", *, actor: Any, region: str = "", area_code: str = "") -> Import:
    """Keep the file for a worker, who suggests a region where none is given. Raises UnreadableFile."""
    name = clean_file_name(upload.name or "")
    extension_of(name)
    if (upload.size or 0) > LARGEST_UPLOAD:
        raise UnreadableFile("too_large")
    if not upload.size:
        raise UnreadableFile("empty")
    run = Import(
        importer=actor,
        file_name=name,
        file_size=upload.size,
        region=region,
        area_code=area_code,
        team_id=home_team_id(actor),
    )
    run.folder.mkdir(parents=True, exist_ok=True)
    with run.upload_path.open("wb") as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
    run.save(force_insert=True)
    return run


def choose_options(run: Import, *, options: Mapping[str, Any]) -> None:
    """Store region, area code, identities, team and whether filled fields are replaced."""
    for name, value in options.items():
        setattr(run, name, value)
    run.save(update_fields=list(options))


def remember_mappings(sheets: Iterable[ImportSheet], *, actor: Any) -> None:
    """The next file of the same shape starts with the choices made in this one."""
    for sheet in sheets:
        run, chosen = sheet.run, sheet.fields_by_column
        fields = {column["key"]: chosen.get(column["index"], "") for column in sheet.columns}
        options = {
            "region": run.region,
            "area_code": run.area_code,
            "identities": run.identities,
            "choices": run.choices,
            "keeps_sections": sheet.keeps_sections,
            "month_first": [column["key"] for column in sheet.columns if column["is_month_first"]],
        }
        kept = RememberedMapping.objects.filter(user=actor, shape=sheet.shape, target=sheet.target).first()
        options["values"] = kept.options.get("values", {}) if kept else {}
        RememberedMapping.objects.update_or_create(
            user=actor,
            shape=sheet.shape,
            defaults={"target": sheet.target, "fields": fields, "options": options},
        )


def begin_check(run: Import) -> None:
    """Raises WrongState."""
    waiting = {ImportStatus.MAPPING, ImportStatus.MATCHING, ImportStatus.CHECKED}
    _go_on(run, waiting, ImportStatus.CHECKING, rows_done=0, checked={})


def back_to_mapping(run: Import) -> None:
    """Raises WrongState."""
    _go_on(run, {ImportStatus.CHECKED, ImportStatus.MATCHING}, ImportStatus.MAPPING)


def back_to_matching(run: Import) -> None:
    """Raises WrongState."""
    _go_on(run, {ImportStatus.CHECKED}, ImportStatus.MATCHING)


def begin_run(run: Import) -> None:
    """Raises WrongState, so a second click starts nothing twice."""
    _go_on(run, {ImportStatus.CHECKED}, ImportStatus.RUNNING, rows_done=0, started_at=timezone.now())


def cancel(run: Import) -> None:
    """What a worker holds is stopped by him between two batches; what waits is cancelled here and now."""
    with transaction.atomic():
        current = Import.objects.select_for_update().get(pk=run.pk)
        if current.is_finished:
            return
        is_held = current.lease_until is not None and current.lease_until > timezone.now()
        if current.is_working and is_held:
            current.is_cancel_requested = True
        else:
            current.status, current.finished_at = ImportStatus.CANCELLED, timezone.now()
        current.save(update_fields=["is_cancel_requested", "status", "finished_at"])
    run.refresh_from_db()


def _go_on(run: Import, expected: set[ImportStatus], status: ImportStatus, **values: Any) -> None:
    ours = Import.objects.filter(pk=run.pk, status__in=expected)
    if not ours.update(status=status, is_cancel_requested=False, lease=None, lease_until=None, **values):
        raise WrongState(_("This import has gone on in the meantime."))
    run.refresh_from_db()


def forget_old_files() -> int:
    """Uploads are kept a while for questions about the report, then removed; how many went."""
    limit = timezone.now() - timedelta(days=_KEPT_DAYS)
    old = Import.objects.filter(created_at__lt=limit).values_list("pk", flat=True)
    gone = 0
    for pk in old.iterator():
        folder = settings.UPLOADS_DIR / str(pk)
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def home_team_id(user: Any) -> int | None:
    """The team that this user's new records go to: his primary one; None when he is in none."""
    membership = user.memberships.first()
    return membership.team_id if membership else None


def choose_target(sheet: ImportSheet, key: str, layout: Layout | None = None) -> None:
    """Look at the sheet again for another target or another layout; not saved."""
    spooled = spooled_sheets(sheet.run.spool_folder)[sheet.position]
    again = look_at_sheet(sheet.run, sheet.position, spooled, layout or sheet.layout, target_key=key)
    sheet.target = key
    for name in ("header_row", "header_height", "keeps_sections", "shape", "columns", "mapping", "left_out"):
        setattr(sheet, name, getattr(again, name))


def totals_of(run: Import) -> dict[str, int]:
    """Sums over the sheets: created, matched, folded, failed, phones_kept, empty, skipped."""
    names = ("created", "matched", "folded", "failed", "phones_kept", "empty", "skipped")
    sums = run.sheets.aggregate(**{name: Sum(name) for name in names})
    return {name: sums[name] or 0 for name in names}
