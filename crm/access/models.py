"""The base of every business record, and the tables in which its explicit shares are kept."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from crm.access.querysets import RecordQuerySet
from crm.history.models import Version
from crm.search.text import SECTION_MARK, normalise
from crm.ui.addresses import address_of

ALIVE = Q(deleted_at=None)
# Kept by the system: never on a form, never ruled by a role, never told as a change.
SYSTEM_FIELDS = frozenset(
    {"id", "created_at", "updated_at", "version", "deleted_at", "custom", "search_doc", "match_key"}
)


class Record(models.Model):
    """A business record: owned, in a team, versioned, audited, binned before it is ever removed.

    Subclasses have a `name` that sorts and titles them. `PARTS` names the related rows that belong to a version of
    the record; `SEARCH_FIELDS` the fields and parts that the search box finds it by.
    """

    PARTS: ClassVar[tuple[str, ...]] = ()
    # What titles the record wherever it is named: a role may lock these fields, and cannot hide them.
    NEVER_HIDDEN: ClassVar[frozenset[str]] = frozenset({"name", "picture"})
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name",)
    # Fields and parts whose change is news on the timeline; the history tells of all the others too.
    TOLD_CHANGES: ClassVar[frozenset[str]] = frozenset({"name", "owner", "team"})
    # Who is responsible now stays so when an old version is brought back: handing over is an act of its own.
    KEPT_AT_RESTORING: ClassVar[frozenset[str]] = frozenset({"owner", "team"})
    # What a new record begins with whatever the role locks: there is none without it.
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = frozenset({"owner", "team"})
    # Fields that are hidden and locked with another one. "part.field" is a field of the rows of a part.
    RULED_WITH: ClassVar[Mapping[str, str]] = {}
    # Where the pages of this type live: `clients:detail`, `clients:edit`…; the app's label unless named.
    URL_NAMESPACE: ClassVar[str] = ""
    # Columns of parts that tell what fields of the record tell: {part: {column: fields}}. Whoever must not see one of
    # these fields sees the rows without the column.
    RULED_IN_PARTS: ClassVar[Mapping[str, Mapping[str, tuple[str, ...]]]] = {}
    # What the whole company looks things up in: counted as nobody's work on the start page, on people and teams.
    IS_REFERENCE: ClassVar[bool] = False
    # Whether a leaver's records of this type go to somebody else.
    CHANGES_HANDS: ClassVar[bool] = True
    # Whether colleagues comment on records of this type.
    IS_COMMENTABLE: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        "teams.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True, editable=False)
    search_doc = models.TextField(default="", blank=True, editable=False)

    objects: ClassVar[Any] = RecordQuerySet.as_manager()
    history = HistoricalRecords(
        inherit=True,
        bases=[Version],
        history_id_field=models.BigAutoField(),
        excluded_fields=["search_doc", "match_key"],
        no_db_index=["owner", "team", "parent"],
    )

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "export", "assign", "share")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="%(class)s_updated", condition=ALIVE),
            models.Index(fields=["owner", "-updated_at", "-id"], name="%(class)s_owner_updated", condition=ALIVE),
            models.Index(fields=["team", "-updated_at", "-id"], name="%(class)s_team_updated", condition=ALIVE),
            models.Index(fields=["name", "id"], name="%(class)s_name", condition=ALIVE),
            models.Index(fields=["owner", "name", "id"], name="%(class)s_owner_name", condition=ALIVE),
            models.Index(fields=["team", "name", "id"], name="%(class)s_team_name", condition=ALIVE),
            # Keys are time-ordered, so these carry "newest first".
            models.Index(fields=["owner", "-id"], name="%(class)s_owner_created", condition=ALIVE),
            models.Index(fields=["team", "-id"], name="%(class)s_team_created", condition=ALIVE),
            models.Index(fields=["-deleted_at", "-id"], name="%(class)s_bin", condition=~ALIVE),
            GinIndex(OpClass("search_doc", name="gin_trgm_ops"), name="%(class)s_search"),
        ]

    def __str__(self) -> str:
        return str(getattr(self, "name", self.pk))

    def get_absolute_url(self) -> str:
        return self.url("detail")

    def url(self, page: str) -> str:
        """The address of one of this record's pages: detail, edit, delete, history…"""
        return address_of(f"{self.namespace()}:{page}", self.pk)

    @classmethod
    def namespace(cls) -> str:
        return cls.URL_NAMESPACE or cls._meta.app_label

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @classmethod
    def ruled_fields(cls) -> list[tuple[str, str]]:
        """(name, label) of every field and part that a role may hide or lock; without those that go with another."""
        followers = SYSTEM_FIELDS | set(cls.RULED_WITH)
        fields = [(f.name, str(f.verbose_name)) for f in cls._meta.fields if f.name not in followers]
        related: list[Any] = [cls._meta.get_field(name) for name in cls.PARTS if name not in followers]
        parts = [(part.name, str(part.related_model._meta.verbose_name_plural)) for part in related]
        return fields + parts

    @classmethod
    def part_model(cls, name: str) -> Any:
        """The model whose rows make up a part."""
        return cls._meta.get_field(name).related_model

    def build_search_doc(self, parts: Mapping[str, Iterable[Any]]) -> str:
        """One normalised section a search field, always in the same order, so that hidden ones can be left out."""
        return SECTION_MARK.join(normalise(self._search_text(name, parts)) for name in self.SEARCH_FIELDS)

    def _search_text(self, name: str, parts: Mapping[str, Iterable[Any]]) -> str:
        if name in self.PARTS:
            return " ".join(row.search_text for row in parts.get(name, ()))
        value = getattr(self, name)
        return " ".join(value) if isinstance(value, list) else str(value or "")


class Shared(models.Model):
    """Until when a share holds, that moment excluded; None is for good. And who gave it."""

    until = models.DateTimeField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("shared by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(_("shared"), default=timezone.now)

    class Meta:
        abstract = True


class UserShare(Shared, UserObjectPermissionBase):
    """A record shared with one person; subclasses add `content_object`, deleted with their record."""

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True


class TeamShare(Shared, GroupObjectPermissionBase):
    """A record shared with the group of a team; subclasses add `content_object`, deleted with their record."""

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = True
