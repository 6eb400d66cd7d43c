"""Comments on records of any type, what goes with them, and until when somebody has read them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from crm.history.models import Version

LONGEST_BODY = 20_000


class Emoji(models.TextChoices):
    """What one can answer with in place of words."""

    AGREE = "agree", _("Agree")
    THANKS = "thanks", _("Thank you")
    BRAVO = "bravo", _("Bravo")
    FUNNY = "funny", _("Funny")
    WATCHING = "watching", _("I look at it")
    DONE = "done", _("Done")

    @property
    def sign(self) -> str:
        return _SIGNS[self.value]


_SIGNS = {"agree": "👍", "thanks": "❤️", "bravo": "🎉", "funny": "😄", "watching": "👀", "done": "✅"}


class Comment(models.Model):
    """What somebody says about a record, in Markdown; replies name the first comment of their thread as parent.

    Seen with its record. A deleted one stays as a row: its thread may go on, and it can come back.
    """

    PARTS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The label of a record type and a key: no foreign key, since shared code does not know the types.
    record_type = models.CharField(max_length=60, editable=False)
    record_id = models.UUIDField(editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="replies", editable=False, db_index=False
    )
    body = models.TextField(_("text"), max_length=LONGEST_BODY)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )

    objects: ClassVar[Any] = models.Manager()
    history = HistoricalRecords(
        bases=[Version],
        history_id_field=models.BigAutoField(),
        no_db_index=["author", "parent", "deleted_by"],
    )
    # Services write the versions, with the actor.
    skip_history_when_saving = True

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            # Keys are time-ordered, so these carry "newest first".
            models.Index("record_id", F("id").desc(), name="comment_threads", condition=Q(parent=None)),
            models.Index("parent", F("id").desc(), name="comment_replies", condition=Q(parent__isnull=False)),
            models.Index("record_id", F("created_at").desc(), name="comment_unread", condition=Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.author} · {self.created_at:%Y-%m-%d}"

    @property
    def thread_id(self) -> Any:
        """The key of the first comment of its thread, its own for that one."""
        return self.parent_id or self.pk

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class CommentMention(models.Model):
    """That a comment names somebody, by his user name as it was then: in lower case, without the @."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once_a_comment")]

    def __str__(self) -> str:
        return f"@{self.name}"


class Reaction(models.Model):
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    emoji = models.CharField(max_length=10, choices=Emoji)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["comment", "user", "emoji"], name="reaction_once")]

    def __str__(self) -> str:
        return f"{self.emoji} · {self.user}"


class ReadMark(models.Model):
    """Until when somebody has read the comments on a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_type = models.CharField(max_length=60)
    record_id = models.UUIDField()
    read_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "record_id", "record_type"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.read_at:%Y-%m-%d}"
