"""A message: something that has to happen after a save, and how far it got."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: Neither delivered nor given up.
OPEN = Q(done_at=None, failed_at=None)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> Self:
        """What is to be delivered now and held by nobody, the oldest first."""
        now = timezone.now()
        is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        return self.filter(OPEN, is_free, due_at__lte=now).order_by("due_at", "id")

    def given_up(self) -> Self:
        return self.filter(failed_at__isnull=False)


class Message(models.Model):
    """`attempts` counts the deliveries that were begun; `claimed_until` is the end of the lease of who delivers it.

    A message with a `key` is there once for its topic, for as long as it is kept.
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(_("topic"), max_length=100)
    key = models.CharField(max_length=200, blank=True, default="")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    failed_at = models.DateTimeField(_("given up"), null=True)
    last_error = models.TextField(blank=True, default="")

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["topic", "key"], condition=~Q(key=""), name="message_key_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_waiting", condition=OPEN),
            models.Index(fields=["done_at"], name="message_done", condition=Q(done_at__isnull=False)),
            models.Index(fields=["failed_at"], name="message_given_up", condition=Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
