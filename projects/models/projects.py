"""A project: the work that a won deal becomes, who does it, until when and for how much."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from clients.models import Client
from contacts.models import Contact, DecisionRole
from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from crm.money.amounts import money_text
from crm.money.currencies import validate_currency

#: What projects without a planned end are sorted as.
NO_END = date(9999, 12, 31)
_END = Coalesce(F("planned_end"), NO_END)


class ProjectState(models.TextChoices):
    """What a stage makes of the projects in it."""

    OPEN = "open", pgettext_lazy("project", "Open")
    CLOSED = "closed", pgettext_lazy("project", "Closed")


class ProjectKind(models.TextChoices):
    FIXED = "fixed", _("Fixed price")
    TIME = "time", _("Time and material")
    SUPPORT = "support", _("Support")
    PRODUCT = "product", _("Product")


class HealthLevel(models.TextChoices):
    GREEN = "green", pgettext_lazy("health", "On track")
    AMBER = "amber", pgettext_lazy("health", "At risk")
    RED = "red", pgettext_lazy("health", "In trouble")


class ProjectStage(models.Model):
    """A step of every project. Ready names are told in the reader's language."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=6, choices=ProjectState, default=ProjectState.OPEN)

    class Meta:
        verbose_name = _("stage of projects")
        verbose_name_plural = _("stages of projects")
        ordering = ["position", "id"]
        # What projects refer to, so that their state is always that of their stage.
        constraints = [models.UniqueConstraint(fields=["id", "kind"], name="projectstage_with_kind")]

    def __str__(self) -> str:
        return gettext(self.name)

    def clean(self) -> None:
        super().clean()
        stored = ProjectStage.objects.filter(pk=self.pk).values_list("kind", flat=True).first() if self.pk else None
        if stored is not None and stored != self.kind and self.projects.exists():
            raise ValidationError({"kind": _("Projects stand in this stage: move them first.")})

    @property
    def is_open(self) -> bool:
        return self.kind == ProjectState.OPEN

    @property
    def tint(self) -> str:
        """The colour of its badge."""
        return "blue" if self.is_open else "grey"


class Project(Record):
    """Where it stands is written by moves alone. `made_of` is the deal by whose win it was made."""

    PARTS: ClassVar[tuple[str, ...]] = ("contacts", "members", "milestones", "risks", "links", "rates")
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {
        *("code", "client", "kind", "planned_start", "planned_end", "actual_start", "actual_end"),
        *("budget_amount", "currency", "budget_hours", "health_word", "health_note"),
        *("contacts", "members", "milestones", "risks"),
    }
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name", "code", "external_id")
    #: Written by moves, told by the stage, and hidden with it.
    STANDING: ClassVar[tuple[str, ...]] = ("stage", "state", "stage_since")
    #: The manager's word on its health, and when he gave it.
    WORD: ClassVar[tuple[str, ...]] = ("health_word", "health_note", "health_at")
    KEPT_AT_RESTORING: ClassVar[frozenset[str]] = Record.KEPT_AT_RESTORING | {"stage", "health_word", "health_note"}
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = Record.NEEDED_AT_CREATION | {"stage", "code", "currency"}
    # A price is an amount: whoever must not see the budget must not add it up.
    RULED_WITH: ClassVar[dict[str, str]] = {
        "currency": "budget_amount",
        "rates": "budget_amount",
        "milestones.amount": "budget_amount",
        "health_note": "health_word",
    }
    RULED_IN_PARTS: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {"milestones": {"amount": ("milestones.amount",)}}

    name = models.CharField(_("title"), max_length=500, db_collation=NAME_COLLATION)
    code = models.CharField(_("code"), max_length=30, help_text=_("Short and unique, as ACME-3. Made up unless given."))
    owner = models.ForeignKey(
        "teams.User",
        verbose_name=_("manager"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=7, choices=ProjectKind, default=ProjectKind.FIXED)
    stage = models.ForeignKey(
        ProjectStage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="projects", db_index=False
    )
    state = models.CharField(_("state"), max_length=6, choices=ProjectState, default=ProjectState.OPEN, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now, editable=False)
    planned_start = models.DateField(_("planned start"), null=True, blank=True)
    planned_end = models.DateField(_("planned end"), null=True, blank=True)
    actual_start = models.DateField(_("actual start"), null=True, blank=True)
    actual_end = models.DateField(_("actual end"), null=True, blank=True)
    budget_amount = models.DecimalField(
        _("budget"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    budget_hours = models.DecimalField(
        _("budget, hours"), max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    health_word = models.CharField(_("health, the manager's word"), max_length=5, choices=HealthLevel, blank=True)
    health_note = models.CharField(_("why so"), max_length=300, blank=True)
    health_at = models.DateTimeField(_("word given"), null=True, blank=True, editable=False)
    description = models.TextField(_("description"), blank=True)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The key of this project in another system.")
    )
    made_of = models.OneToOneField(
        "projects.Deal",
        verbose_name=_("made of the deal"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="made_project",
        editable=False,
    )

    class Meta(Record.Meta):
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["client", "state"], name="project_client", condition=ALIVE),
            models.Index(fields=["external_id"], name="project_external_id", condition=~Q(external_id="")),
            # The order by the planned end, for all projects, one manager's and one team's.
            models.Index(_END, F("id"), name="project_end", condition=ALIVE),
            models.Index(F("owner"), _END, F("id"), name="project_owner_end", condition=ALIVE),
            models.Index(F("team"), _END, F("id"), name="project_team_end", condition=ALIVE),
            # The filters of the list, each alone or several together, which no order's index finds.
            GinIndex(fields=["state", "stage", "kind", "health_word"], name="project_filters", condition=ALIVE),
        ]
        constraints = [
            models.UniqueConstraint(Upper("code"), name="project_code_once", condition=ALIVE),
            models.CheckConstraint(
                condition=Q(planned_start=None) | Q(planned_end=None) | Q(planned_end__gte=F("planned_start")),
                name="project_planned_end_after_start",
                violation_error_message=_("The planned end lies before the planned start."),
            ),
            models.CheckConstraint(
                condition=Q(actual_start=None) | Q(actual_end=None) | Q(actual_end__gte=F("actual_start")),
                name="project_actual_end_after_start",
                violation_error_message=_("The actual end lies before the actual start."),
            ),
            models.CheckConstraint(
                condition=Q(budget_amount=None) | Q(budget_amount__gte=0), name="project_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(budget_hours=None) | Q(budget_hours__gte=0), name="project_hours_not_negative"
            ),
        ]

    @classmethod
    def ruled_fields(cls) -> list[tuple[str, str]]:
        """Without what follows the stage or the word on the health: one rule holds for all of it."""
        follows = {"state", "stage_since", "health_at", "made_of"}
        return [(name, label) for name, label in super().ruled_fields() if name not in follows]

    @property
    def is_open(self) -> bool:
        return self.state == ProjectState.OPEN

    @property
    def starts(self) -> date | None:
        return self.actual_start or self.planned_start

    @property
    def ends(self) -> date | None:
        return self.actual_end or self.planned_end

    @property
    def is_past_end(self) -> bool:
        """Whether it should have been finished by now."""
        return self.is_open and self.planned_end is not None and self.planned_end < timezone.localdate()

    @property
    def money(self) -> str:
        """The budget with its currency, in the active language; empty without one."""
        return money_text(self.budget_amount, self.currency)

    def money_of(self, amount: Decimal | None) -> str:
        """An amount in the currency of the project."""
        return money_text(amount, self.currency)


class ProjectContact(models.Model):
    """A person on the client's side, and the part that he has in the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="projects")
    role = models.CharField(_("role in the project"), max_length=10, choices=DecisionRole, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("contact in the project")
        verbose_name_plural = _("contacts in the project")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "contact"],
                name="project_contact_once",
                violation_error_message=_("This person is in the project already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.contact)


class ProjectMove(models.Model):
    """One move of a project from stage to stage; the first has no `from_stage`.

    `seconds` is how long it stood in the stage that it left. Follows its project and is hidden with the stage.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="moves", db_index=False)
    from_stage = models.ForeignKey(
        ProjectStage, verbose_name=_("from"), on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_stage = models.ForeignKey(ProjectStage, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey("teams.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    seconds = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("move of a project")
        verbose_name_plural = _("moves of projects")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["project", "at", "id"], name="projectmove_project")]

    def __str__(self) -> str:
        return f"{self.from_stage or ''} → {self.to_stage}"


class ProjectUserShare(UserShare):
    content_object = models.ForeignKey(Project, on_delete=models.CASCADE)


class ProjectTeamShare(TeamShare):
    content_object = models.ForeignKey(Project, on_delete=models.CASCADE)
