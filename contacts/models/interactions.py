"""Interactions: who talked to whom, when, about what, and with what outcome."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from contacts.models.people import Contact
from crm.history.models import Version

LONGEST_TEXT = 20_000


class InteractionKind(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    MESSAGE = "message", pgettext_lazy("interaction", "Message")
    NOTE = "note", _("Note")


class Direction(models.TextChoices):
    OUTGOING = "out", _("Outgoing")
    INCOMING = "in", _("Incoming")


class Outcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    CALL_BACK = "call_back", _("Asked to come back later")
    AGREED = "agreed", _("Agreed")
    REFUSED = "declined", pgettext_lazy("outcome", "Refused")


class Interaction(models.Model):
    """A call, meeting, e-mail, message or note; it has no owner of its own and follows its subject.

    `subject` is the record by which it is seen: the first person talked to, else the client or whatever it is about.
    It is named by type and key, since later types of records are not known here. `links` are further records on whose
    timelines it stands.
    """

    PARTS: ClassVar[tuple[str, ...]] = ("participants", "links")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind, default=InteractionKind.CALL)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, blank=True)
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.UUIDField(editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("interaction", "by"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
    )
    at = models.DateTimeField(pgettext_lazy("interaction", "when"), default=timezone.now)
    duration = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    text = models.TextField(_("what was said"), max_length=LONGEST_TEXT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    history = HistoricalRecords(bases=[Version], history_id_field=models.BigAutoField(), excluded_fields=[])
    # Services write the versions, with the parts and the actor; the library's own would come without them.
    skip_history_when_saving = True

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(
                models.F("author_id"),
                models.F("at").desc(),
                name="interaction_author_at",
                condition=models.Q(deleted_at=None),
            ),
            # What happened on a day, whoever did it.
            models.Index(models.F("at").desc(), name="interaction_at", condition=models.Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return Truncator(self.text).chars(60)

    @property
    def is_edited(self) -> bool:
        return self.version > 1


class InteractionParticipant(models.Model):
    """A contact who took part."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="participants")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["interaction", "contact"], name="participant_once")]

    def __str__(self) -> str:
        return str(self.contact)


class InteractionLink(models.Model):
    """A further record that an interaction concerns, named by type and key."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="links")
    record_type = models.CharField(max_length=60, editable=False)
    record_id = models.UUIDField(editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.record_type
