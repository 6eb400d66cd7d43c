"""An import: the uploaded file, what was chosen for it, how far it got, and what became of each row."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from crm.imports.cells import column_letter
from crm.imports.headers import Layout


class ImportStatus(models.TextChoices):
    READING = "reading", _("Reading the file")
    MAPPING = "mapping", _("Waiting for you")
    MATCHING = "matching", _("Values to match")
    CHECKING = "checking", _("Computing the preview")
    CHECKED = "checked", _("Ready to start")
    RUNNING = "running", _("Importing")
    DONE = "done", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


# States in which a worker has something to do; the others wait for the user or are ends.
WORKING = (ImportStatus.READING, ImportStatus.CHECKING, ImportStatus.RUNNING)


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: Any) -> Self:
        """Imports are their importer's alone: they hold rows that nobody else may be allowed to see."""
        if user.is_superuser:
            return self
        return self.filter(importer_id=user.pk)

    def waiting_for_a_worker(self) -> Self:
        return self.filter(status__in=WORKING).filter(
            models.Q(lease_until=None) | models.Q(lease_until__lt=timezone.now())
        )


class Import(models.Model):
    """`identities` maps target keys to identity keys, `choices` to what else was chosen for them (setting to value);
    `checked` holds what the preview found, `unmatched` what each column refers to in vain (crm.imports.matching).

    `lease` names the worker's hold on it, `lease_until` how long he may be silent before another takes over.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    importer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.BigIntegerField(_("size"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=ImportStatus, default=ImportStatus.READING)
    failure = models.TextField(blank=True)
    region = models.CharField(_("country"), max_length=2, blank=True)
    area_code = models.CharField(_("area code"), max_length=6, blank=True)
    identities = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    is_overwriting = models.BooleanField(default=False)
    team = models.ForeignKey(
        "teams.Team", verbose_name=_("team"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    unmatched = models.JSONField(default=dict)
    checked = models.JSONField(default=dict)
    is_cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    change_set = models.UUIDField(null=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="import_of_importer"),
            models.Index(fields=["status"], name="import_working", condition=models.Q(status__in=WORKING)),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.status in WORKING

    @property
    def is_finished(self) -> bool:
        return self.status in (ImportStatus.DONE, ImportStatus.CANCELLED, ImportStatus.FAILED)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    @property
    def folder(self) -> Path:
        return Path(settings.UPLOADS_DIR) / str(self.pk)

    @property
    def upload_path(self) -> Path:
        """Named by us, whatever the user called his file."""
        return self.folder / "upload"

    @property
    def spool_folder(self) -> Path:
        return self.folder / "rows"


class ImportSheet(models.Model):
    """`target` is a registry key, "" when the sheet is left out; `mapping` maps a column's index to a field's key.

    `columns` is what detection found: a list of {index, header, key, samples, order, is_month_first}, `left_out` the
    first rows that are none of the table: {row, kind, text}. `rows_done` counts table rows written.
    """

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="sheets")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, blank=True)
    is_hidden = models.BooleanField(default=False)
    row_count = models.PositiveIntegerField(default=0)
    target = models.CharField(max_length=50, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    header_height = models.PositiveSmallIntegerField(default=1)
    keeps_sections = models.BooleanField(default=False)
    shape = models.CharField(max_length=64, blank=True)
    left_out = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    folded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    phones_kept = models.PositiveIntegerField(default=0)
    empty = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    # Phones of the whole sample and what was chosen for the shape before, while the sheet is looked at; not stored.
    phone_samples: Sequence[str] = ()
    kept_options: Mapping[str, Any] = MappingProxyType({})

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="sheet_once_an_import")]

    def __str__(self) -> str:
        return self.name

    @property
    def layout(self) -> Layout:
        return Layout(self.header_row, self.header_height, self.keeps_sections)

    @property
    def fields_by_column(self) -> dict[int, str]:
        return {int(index): key for index, key in self.mapping.items() if key}


class ProblemKind(models.TextChoices):
    FAILED = "failed", _("Row not imported")
    PHONE = "phone", _("Phone kept as typed")
    LEFT_OUT = "left_out", _("Value left out")
    SKIPPED = "skipped", _("Row left out by you")
    NOTICE = "notice", _("To know")


class ValueChoice(models.TextChoices):
    """What becomes of a value that is called like nothing here."""

    USE = "use", _("Is this one")
    CREATE = "create", _("Add it")
    EMPTY = "empty", _("Leave the cell empty")
    SKIP = "skip", _("Leave its rows out")


class ImportValue(models.Model):
    """A value of a column that refers to something, and is called like nothing that the importer may name there.

    `name` is the MD5 of its comparable form. `suggested` and `chosen` are keys of options of the field, with their
    labels as they were shown. Until `is_decided` the choice is a proposal and is not used.
    """

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="values")
    target = models.CharField(max_length=50)
    field = models.CharField(max_length=50)
    name = models.CharField(max_length=32)
    text = models.CharField(max_length=500)
    rows = models.PositiveIntegerField()
    suggested = models.CharField(max_length=100, blank=True)
    suggested_label = models.CharField(max_length=500, blank=True)
    choice = models.CharField(max_length=6, choices=ValueChoice, blank=True)
    chosen = models.CharField(max_length=100, blank=True)
    chosen_label = models.CharField(max_length=500, blank=True)
    is_decided = models.BooleanField(default=False)

    class Meta:
        ordering = ["target", "field", "-rows", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "target", "field", "name"], name="value_once_an_import"),
            models.CheckConstraint(
                condition=~models.Q(choice=ValueChoice.USE) | ~models.Q(chosen=""), name="used_value_is_chosen"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ImportProblem(models.Model):
    """What did not go as hoped in one row; `row` is its number on the sheet, `column_index` counts from 0."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    sheet = models.ForeignKey(ImportSheet, on_delete=models.CASCADE, related_name="+")
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ProblemKind)
    column = models.CharField(max_length=200, blank=True)
    column_index = models.PositiveIntegerField(null=True)
    value = models.TextField(blank=True)
    sentence = models.TextField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "kind", "id"], name="problem_of_import")]

    def __str__(self) -> str:
        return self.sentence

    @property
    def cell(self) -> str:
        """The cell's address as Excel writes it: "C7"; "" when the row as a whole is wrong."""
        return "" if self.column_index is None else f"{column_letter(self.column_index)}{self.row}"


class ImportedRecord(models.Model):
    """A record that the import made or changed, for the report now and for taking the import back later.

    `record_id` is its key as text: people have numbers, records have UUIDs.
    """

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="records")
    record_type = models.CharField(max_length=100)
    record_id = models.CharField(max_length=36)
    is_new = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "record_type", "record_id"], name="record_once_an_import")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class RememberedMapping(models.Model):
    """How a user mapped files of one shape last time; `fields` maps column keys to field keys, "" for left out.

    `options` are the import's region, area_code, identities and choices, the sheet's keeps_sections and month_first
    (keys of columns), and `values`: by field, what was chosen for names of values ([choice, key of an option]).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shape = models.CharField(max_length=64)
    target = models.CharField(max_length=50, blank=True)
    fields = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "shape"], name="mapping_once_a_shape")]

    def __str__(self) -> str:
        return self.shape
