"""Who works on a project, from when until when, with how much of his time; and what an hour of a role costs."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.money.amounts import money_text
from crm.money.currencies import validate_currency
from projects.models.projects import Project


class MemberRole(models.TextChoices):
    LEAD = "lead", _("Lead")
    DEVELOPER = "developer", _("Developer")
    ANALYST = "analyst", _("Analyst")
    TESTER = "tester", _("Tester")
    DESIGNER = "designer", _("Designer")
    DEVOPS = "devops", _("DevOps")
    OTHER = "other", _("Other")


class ProjectMember(models.Model):
    """A colleague on the team of a project, both days included. While it lasts he sees the project.

    `allocation` is percent of his working time.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        "teams.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="project_memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.DEVELOPER)
    title = models.CharField(_("what exactly"), max_length=100, blank=True)
    allocation = models.PositiveSmallIntegerField(
        _("percent of time"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    starts = models.DateField(_("from"), null=True, blank=True)
    ends = models.DateField(_("until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("member of the team")
        verbose_name_plural = _("members of the team")
        constraints = [
            models.CheckConstraint(
                condition=Q(allocation__gte=1, allocation__lte=100), name="projectmember_allocation_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gte=F("starts")),
                name="projectmember_ends_after_start",
                violation_error_message=_("The last day lies before the first one."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def what(self) -> str:
        """His title, else his role, as words."""
        return self.title or str(self.get_role_display())


class ProjectRate(models.Model):
    """What an hour of a role costs the client."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rates")
    role = models.CharField(_("role"), max_length=10, choices=MemberRole)
    hourly_rate = models.DecimalField(_("an hour"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = pgettext_lazy("of an hour", "rate")
        verbose_name_plural = _("rate card")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "role", "currency"],
                name="projectrate_once",
                violation_error_message=_("This role has a rate in this currency already."),
            ),
            models.CheckConstraint(condition=Q(hourly_rate__gte=0), name="projectrate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.money}"

    @property
    def money(self) -> str:
        return money_text(self.hourly_rate, self.currency)
