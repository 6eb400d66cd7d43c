"""What somebody was told of, how he wants to be told, and what he follows."""

from datetime import time
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

UNREAD = Q(read_at=None)
#: The hour of the digest for those who chose none.
DIGEST_HOUR = 8


class MailChoice(models.TextChoices):
    NEVER = "never", _("No mail")
    NOW = "now", _("At once")
    DAILY = "daily", pgettext_lazy("mail", "In the daily digest")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: Any) -> Self:
        """All that this person was told in the product; what he may not see any more is left out by the selectors."""
        return self.filter(user_id=user.pk, is_in_product=True)

    def unread(self) -> Self:
        return self.filter(UNREAD)


class Notification(models.Model):
    """Tells one person of one thing that happened to a record. Holds no words: they are found when it is shown.

    `kind` is a key of the registry, `source` the row that it is about, if that is not the record. `message_id` is the
    outbox message that it came by, `mail_id` the one whose mail tells of it. Those with the same `group_key` may be
    shown as one line.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=100)
    record_type = models.CharField(max_length=100)
    record_id = models.UUIDField()
    source_type = models.CharField(max_length=100, blank=True, default="")
    source_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    data = models.JSONField(default=dict)
    group_key = models.CharField(max_length=200)
    message_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    is_in_product = models.BooleanField(default=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_id = models.BigIntegerField(null=True)

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    # The record, for as long as it is shown to somebody who sees it; not stored.
    record: Any = None

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["message_id", "user"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user", condition=Q(is_in_product=True)),
            models.Index(fields=["user", "-id"], name="notification_unread", condition=UNREAD),
            models.Index(fields=["mail_id"], name="notification_mail", condition=Q(mail_id__isnull=False)),
            models.Index(fields=["source_id"], name="notification_source", condition=Q(source_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class Preference(models.Model):
    """How one person wants to be told of one kind; who has none for it gets what the kind itself proposes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=100)
    is_in_product = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=MailChoice, default=MailChoice.NEVER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once_a_kind")]

    def __str__(self) -> str:
        return self.kind


class DeliverySettings(models.Model):
    """When mails may come to one person, in his time zone. `sections_off` are the keys of digest sections he declined.

    Quiet hours that end before they begin go over midnight; without a beginning there are none.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True)
    quiet_from = models.TimeField(_("from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the digest"), default=DIGEST_HOUR, validators=[MaxValueValidator(23)]
    )
    sections_off = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.digest_hour}:00"

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        return self.quiet_from, self.quiet_until


class Following(models.Model):
    """That somebody wants to hear of a record; muted: that he, though its owner, does not."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_type = models.CharField(max_length=100)
    record_id = models.UUIDField()
    is_muted = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_id", "record_type", "user"], name="following_once_a_record")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"
