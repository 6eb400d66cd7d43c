"""A reminder: whom to tell of which record, and when; what a person wants by default; how far the sweep has read."""

from datetime import time
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

#: Waits for its moment.
LIVE = Q(fired_at=None, due_at__isnull=False)
#: The hour of reminders of days for those who chose none, and the minutes before a task that has a time.
DEFAULT_HOUR, DEFAULT_LEAD = time(9), 10
MINUTES_OF_DAY = 24 * 60
#: A year and a day.
LONGEST_BEFORE = 366 * MINUTES_OF_DAY


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def live(self) -> Self:
        return self.filter(LIVE)

    def of_record(self, label: str, key: object) -> Self:
        return self.filter(record_type=label, record_id=key)


class Reminder(models.Model):
    """Tells `user` of a record that is named by type and key, since later types of records are not known here.

    Meant is a moment (`at`), or so many minutes (`before`) ahead of what the record says (`anchor`, as "due"). Where
    the record says a day, whole days of `before` count, and the reminder comes at `clock` on the wall of its user: at
    his own hour where it is empty.

    `due_at` follows from that; empty, it rests: the record says nothing, is closed, or said it too late. `aim` is what
    the record said then, `told_of` the last of it that was told, which is never told again. `zone` is the time zone
    that a wall clock was read in, and `record_as_of` the `updated_at` of the record that was read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    record_type = models.CharField(max_length=60)
    record_id = models.UUIDField()
    at = models.DateTimeField(_("at"), null=True, blank=True)
    anchor = models.CharField(max_length=30, blank=True, default="")
    before = models.PositiveIntegerField(
        _("minutes before"), null=True, blank=True, validators=[MaxValueValidator(LONGEST_BEFORE)]
    )
    clock = models.TimeField(_("hour"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    # Made by what its user wants by default, and gone when the record is another's.
    is_default = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=50, blank=True, default="")
    aim = models.CharField(max_length=40, blank=True, default="")
    told_of = models.CharField(max_length=40, blank=True, default="")
    record_as_of = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(default=timezone.now)
    fired_at = models.DateTimeField(null=True)
    # Its telling failed, and is tried again then.
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ReminderQuerySet] = ReminderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="reminder_waiting", condition=LIVE),
            models.Index(fields=["user", "due_at", "id"], name="reminder_ahead", condition=LIVE),
            models.Index(fields=["user", "zone"], name="reminder_zone", condition=LIVE & ~Q(zone="")),
            models.Index(fields=["record_id", "record_type"], name="reminder_of_record"),
            models.Index(fields=["fired_at"], name="reminder_fired", condition=Q(fired_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "record_id", "record_type", "at", "anchor", "before", "clock"],
                name="reminder_once",
                nulls_distinct=False,
                violation_error_message=_("You have this reminder already."),
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=False, anchor="", before=None, clock=None)
                | (Q(at=None, before__isnull=False) & ~Q(anchor="")),
                name="reminder_means_one_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.anchor or self.at} {self.before or ''}".strip()

    @property
    def subject(self) -> tuple[str, object]:
        return self.record_type, self.record_id

    @property
    def is_live(self) -> bool:
        return self.fired_at is None and self.due_at is not None


class ReminderSettings(models.Model):
    """What one person wants of his reminders; who chose nothing has no row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True)
    # Minutes; none means that new tasks bring no reminder.
    lead = models.PositiveSmallIntegerField(_("before a task"), null=True, blank=True, default=DEFAULT_LEAD)
    hour = models.TimeField(_("on days"), default=DEFAULT_HOUR)

    def __str__(self) -> str:
        return f"{self.lead}, {self.hour}"


class ReminderSweep(models.Model):
    """One row: the changes of records up to `read_to` were looked at, and all of them at `full_at`."""

    read_to = models.DateTimeField(null=True)
    full_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.read_to)


def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")
