"""What people can do and when they are here: staffing and capacity read it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.access.names import NAME_COLLATION
from teams.models.company import Weekday


class Skill(models.Model):
    """An entry of the catalogue; one that is not used any more is archived, and people keep it."""

    name = models.CharField(_("name"), max_length=100, db_collation=NAME_COLLATION)
    category = models.CharField(_("category"), max_length=100, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["category", "name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="skill_once", violation_error_message=_("This skill is in the catalogue already.")
            )
        ]

    def __str__(self) -> str:
        return self.name


class SkillLevel(models.IntegerChoices):
    BASIC = 1, _("Basic")
    WORKING = 2, _("Working")
    CONFIDENT = 3, _("Confident")
    EXPERT = 4, _("Expert")


class PersonSkill(models.Model):
    """A skill of a person, how well, and when he last worked with it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, verbose_name=_("skill"), on_delete=models.PROTECT, related_name="people")
    level = models.PositiveSmallIntegerField(_("level"), choices=SkillLevel, default=SkillLevel.WORKING)
    last_used = models.DateField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("skill of a person")
        verbose_name_plural = _("skills")
        ordering = ["-level", "skill__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "skill"],
                name="skill_once_a_person",
                violation_error_message=_("This skill stands here already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.skill} · {self.get_level_display()}"


class WorkingHours(models.Model):
    """A stretch of a weekday on which a person works; without any he keeps the company's hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="hours_end_after_they_start",
                violation_error_message=_("The end lies before the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class AbsenceKind(models.TextChoices):
    VACATION = "vacation", _("Vacation")
    SICK = "sick", _("Sick leave")
    DAY_OFF = "day_off", _("Day off")
    TRIP = "trip", _("Business trip")
    PARENTAL = "parental", _("Parental leave")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other")


class Absence(models.Model):
    """Whole days, both ends included, on which a person is not at work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(_("kind"), max_length=10, choices=AbsenceKind, default=AbsenceKind.VACATION)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts", "-id"]
        indexes = [models.Index(fields=["ends", "starts"], name="absence_dates")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("The last day lies before the first one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.starts}"
