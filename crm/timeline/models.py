"""Entries of the timeline, and the places where each of them stands."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One thing that happened: to `subject`, at `at`, told by the event type of `event`.

    Whoever sees the subject sees the entry, unless all of the subject's `fields` that it tells of are hidden from him.
    `source` is the row that holds the words, such as an interaction or a comment; an entry without one tells by `data`.
    """

    event = models.CharField(max_length=50)
    kind = models.CharField(max_length=20)
    # The label of a record type and a key: no foreign key, since shared code does not know the types.
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    source_type = models.CharField(max_length=60, default="")
    source_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    # Normalised words by which the entry is found; empty for what is not searched.
    search_doc = models.TextField(default="")

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "source_type"],
                condition=models.Q(source_id__isnull=False),
                name="timeline_source_once",
            )
        ]
        indexes = [
            GinIndex(
                OpClass("search_doc", name="gin_trgm_ops"), name="timeline_search", condition=~models.Q(search_doc="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} · {self.at:%Y-%m-%d}"


class Place(models.Model):
    """On whose timeline an entry stands: its subject's (`is_primary`), and those of the others it concerns.

    Repeats what the entry says of time, kind and actor, so that each filter of a timeline has an index that carries it;
    with `is_primary`, most of what is counted is read from the index alone.
    """

    pk = models.CompositePrimaryKey("entry_id", "subject_id")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="places", db_index=False)
    subject_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_primary = models.BooleanField()

    class Meta:
        verbose_name = _("place on a timeline")
        verbose_name_plural = _("places on a timeline")
        indexes = [
            models.Index(fields=["subject_id", "-at", "-entry"], include=["is_primary"], name="place_at"),
            models.Index(fields=["subject_id", "kind", "-at", "-entry"], include=["is_primary"], name="place_kind_at"),
            models.Index(
                fields=["subject_id", "actor", "-at", "-entry"], include=["is_primary"], name="place_actor_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.subject_id}"
