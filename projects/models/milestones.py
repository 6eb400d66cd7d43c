"""What a project is measured by: milestones, risks, and where else its work is kept."""

from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models.projects import Project


class MilestoneState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("milestone", "Planned")
    REACHED = "reached", pgettext_lazy("milestone", "Reached")
    ACCEPTED = "accepted", pgettext_lazy("milestone", "Accepted")


MILESTONE_TINTS = {"planned": "grey", "reached": "blue", "accepted": "green"}


class Milestone(models.Model):
    """A day by which something is done. `amount` is what its acceptance brings, in the currency of the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(_("title"), max_length=300)
    due = models.DateField(_("due"))
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    state = models.CharField(_("state"), max_length=8, choices=MilestoneState, default=MilestoneState.PLANNED)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["due", "position", "id"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        indexes = [models.Index(fields=["due"], name="milestone_due", condition=Q(state="planned"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="milestone_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(state="accepted"), name="milestone_accepted_on_when_accepted"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_planned(self) -> bool:
        return self.state == MilestoneState.PLANNED

    @property
    def is_overdue(self) -> bool:
        return self.is_planned and self.due < timezone.localdate()

    @property
    def tint(self) -> str:
        return "red" if self.is_overdue else MILESTONE_TINTS.get(self.state, "grey")


class RiskLevel(models.TextChoices):
    LOW = "low", pgettext_lazy("risk", "Low")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    HIGH = "high", pgettext_lazy("risk", "High")


class Risk(models.Model):
    """What may go wrong. It is grave when both how likely and how bad it is are high."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="risks")
    text = models.CharField(_("what may happen"), max_length=500)
    probability = models.CharField(_("probability"), max_length=6, choices=RiskLevel, default=RiskLevel.MEDIUM)
    impact = models.CharField(_("impact"), max_length=6, choices=RiskLevel, default=RiskLevel.MEDIUM)
    response = models.CharField(_("what is done"), max_length=500, blank=True)
    is_closed = models.BooleanField(_("closed"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("risk")
        verbose_name_plural = _("risks")

    def __str__(self) -> str:
        return self.text

    @property
    def tint(self) -> str:
        levels = {self.probability, self.impact}
        if self.is_closed or "low" in levels:
            return "grey"
        return "red" if levels == {"high"} else "amber"


class LinkKind(models.TextChoices):
    REPOSITORY = "repository", _("Repository")
    TRACKER = "tracker", _("Tracker")
    CHAT = "chat", _("Chat")
    DOCUMENT = "document", _("Document")
    OTHER = "other", _("Other")


LINK_ICONS = {"repository": "git-compare", "tracker": "list-check", "chat": "message-circle", "document": "file-text"}


class ProjectLink(models.Model):
    """Where else the work of a project is kept; http and https only."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind, default=LinkKind.REPOSITORY)
    # Plain text with a check of its own: the check of Django's field takes ftp as well.
    url = models.CharField(_("address"), max_length=1000, validators=[URLValidator(schemes=["http", "https"])])
    label = models.CharField(_("label"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.CheckConstraint(condition=Q(url__iregex=r"^https?://"), name="projectlink_leads_to_the_web")
        ]

    def __str__(self) -> str:
        return self.label or self.url

    @property
    def icon(self) -> str:
        return LINK_ICONS.get(self.kind, "link")
