"""Calendars in and out: private feeds, uploaded calendar files, and who was invited to what."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from contacts.models import Contact
from tasks.models.tasks import Task


class CalendarFeed(models.Model):
    """A link by which a calendar program reads the tasks of one person, for as long as it is not revoked.

    Only a digest of the link's secret is kept, so that nobody who reads the database reads the calendar.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    name = models.CharField(_("name"), max_length=100, help_text=_("Where you use it, such as “Phone”."))
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    is_with_watched = models.BooleanField(
        _("also tasks that I watch"), default=False, help_text=_("Otherwise only those that you are to do.")
    )
    is_with_done = models.BooleanField(_("also what was done in the last 30 days"), default=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_read_at = models.DateTimeField(_("last read"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class CalendarText(models.Model):
    """What a link was answered with the last time, compressed by zlib, under the tag of how everything stood then.

    Whether it still stands is judged anew at each reading. It is made again when it is lost.
    """

    feed = models.OneToOneField(CalendarFeed, on_delete=models.CASCADE, primary_key=True, related_name="+")
    etag = models.CharField(max_length=40)
    content = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("text of a calendar link")
        verbose_name_plural = _("texts of calendar links")

    def __str__(self) -> str:
        return self.etag


class CalendarUpload(models.Model):
    """An uploaded calendar file: what was found in it, waiting for a yes, then how far its tasks are made.

    `events` are tasks.calendars.reading.found.Found as mappings, `choices` what was ticked, `outcomes` a count by kind.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(_("file"), max_length=400)
    events: "models.JSONField[Any]" = models.JSONField(default=list)
    choices: "models.JSONField[Any]" = models.JSONField(default=dict)
    outcomes: "models.JSONField[Any]" = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("calendar file")
        verbose_name_plural = _("calendar files")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class TaskInvitation(models.Model):
    """Somebody who was invited to a task, by the address that it went to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="invitations")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=310)
    address = models.EmailField(_("e-mail"))

    class Meta:
        verbose_name = _("invitation to a task")
        verbose_name_plural = _("invitations to tasks")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "address"], name="task_invitation_once")]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class InvitationMethod(models.TextChoices):
    REQUEST = "REQUEST", _("Invitation")
    CANCEL = "CANCEL", _("Cancellation")


class InvitationMail(models.Model):
    """One mail to one invited person, with what it says: an attempt that is repeated says the same again.

    `told` is what the calendar entry said, to see later whether the meeting has changed since.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invitation = models.ForeignKey(TaskInvitation, on_delete=models.CASCADE, related_name="mails")
    method = models.CharField(max_length=10, choices=InvitationMethod)
    sequence = models.PositiveIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=600)
    body = models.TextField()
    calendar = models.TextField()
    told: "models.JSONField[Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("mail of an invitation")
        verbose_name_plural = _("mails of invitations")
        ordering = ["id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return self.subject
