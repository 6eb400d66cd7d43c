"""Time that people worked on tasks and projects, how projects count it, what is locked, and the timer that runs."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.access.models import ALIVE, Record, TeamShare, UserShare
from projects.models import Project
from tasks.models.tasks import FIRST_DAY, LAST_DAY, Task
from tasks.time.durations import DAY_MINUTES, duration_text


class TimeState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("time", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("time", "Submitted")
    APPROVED = "approved", pgettext_lazy("time", "Approved")
    REJECTED = "rejected", pgettext_lazy("time", "Rejected")


#: What its owner may still write.
OPEN_TIME = (TimeState.DRAFT, TimeState.REJECTED)
TIME_TINTS = {
    TimeState.DRAFT.value: "grey",
    TimeState.SUBMITTED.value: "blue",
    TimeState.APPROVED.value: "green",
    TimeState.REJECTED.value: "red",
}


class TimeEntry(Record):
    """Minutes that its owner worked on a day, on a task or on a project; `name` is his note, which may be empty.

    The project follows from the task at every write, and stays when the task goes to another one later: what was worked
    was worked for the project of that day. `minutes` are what was worked. `billed_minutes` are the same by the rounding
    of the project at the moment of the last write: a rule that is changed later rounds nothing anew that somebody may
    have billed already. States are written by their own services.
    """

    URL_NAMESPACE: ClassVar[str] = "time"
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ()
    # Hundreds a person and year: told by reports, not listed as somebody's work on start pages.
    IS_REFERENCE: ClassVar[bool] = True
    IS_COMMENTABLE: ClassVar[bool] = False
    # What a leaver worked stays what he worked.
    CHANGES_HANDS: ClassVar[bool] = False
    TOLD_CHANGES: ClassVar[frozenset[str]] = frozenset({"minutes", "day", "task", "project"})
    STANDING: ClassVar[tuple[str, ...]] = ("state", "decided_by", "decided_at", "refusal")
    KEPT_AT_RESTORING: ClassVar[frozenset[str]] = Record.KEPT_AT_RESTORING | set(STANDING)
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = Record.NEEDED_AT_CREATION | {
        *("task", "project", "day", "minutes", "state", "is_billable"),
    }
    RULED_WITH: ClassVar[dict[str, str]] = {
        "billed_minutes": "minutes",
        "started_at": "minutes",
        "ended_at": "minutes",
        "decided_by": "state",
        "decided_at": "state",
        "refusal": "state",
    }

    name = models.CharField(pgettext_lazy("time", "note"), max_length=500, blank=True)
    task = models.ForeignKey(
        Task,
        verbose_name=_("task"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
        db_index=False,
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
        db_index=False,
    )
    day = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(DAY_MINUTES)]
    )
    billed_minutes = models.PositiveSmallIntegerField(_("minutes, rounded"), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    is_billable = models.BooleanField(_("billable"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=TimeState, default=TimeState.DRAFT, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    refusal = models.CharField(_("why it was rejected"), max_length=500, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        indexes = [
            *Record.Meta.indexes,
            # A person's week; the days of everybody, of a team, of a project, and what a task took.
            models.Index(fields=["owner", "day"], name="time_owner_day", condition=ALIVE),
            models.Index(fields=["day"], name="time_day", condition=ALIVE),
            models.Index(fields=["team", "day"], name="time_team_day", condition=ALIVE),
            models.Index(
                fields=["project", "day"], name="time_project_day", include=["minutes", "state"], condition=ALIVE
            ),
            models.Index(fields=["task"], name="time_task", include=["minutes"], condition=ALIVE),
            models.Index(fields=["owner", "day"], name="time_submitted", condition=ALIVE & Q(state="submitted")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, DAY_MINUTES)),
                name="time_minutes_of_a_day",
                violation_error_message=_("Give a time from one minute to 24 hours."),
            ),
            models.CheckConstraint(
                condition=Q(billed_minutes__range=(0, DAY_MINUTES)), name="time_billed_minutes_of_a_day"
            ),
            models.CheckConstraint(
                condition=Q(task__isnull=False) | Q(project__isnull=False),
                name="time_has_task_or_project",
                violation_error_message=_("Choose a task or a project."),
            ),
            models.CheckConstraint(condition=Q(day__range=(FIRST_DAY, LAST_DAY)), name="time_day_in_range"),
            models.CheckConstraint(
                condition=Q(started_at=None, ended_at=None)
                | Q(started_at__isnull=False, ended_at__isnull=False, ended_at__gte=models.F("started_at")),
                name="time_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        # Neither its day nor its minutes, which may be hidden from whoever reads this.
        return self.name or gettext("Time")

    @property
    def hours(self) -> str:
        """As on a clock: "1:30"."""
        return duration_text(self.minutes)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TIME

    @property
    def tint(self) -> str:
        """The colour of its badge."""
        return TIME_TINTS.get(self.state, "grey")


class TimeEntryUserShare(UserShare):
    content_object = models.ForeignKey(TimeEntry, on_delete=models.CASCADE)


class TimeEntryTeamShare(TeamShare):
    content_object = models.ForeignKey(TimeEntry, on_delete=models.CASCADE)


class RoundingStep(models.IntegerChoices):
    """Minutes to whose multiples each entry is rounded."""

    NONE = 0, _("To the minute")
    FIVE = 5, _("5 minutes")
    SIX = 6, _("6 minutes, a tenth of an hour")
    TEN = 10, _("10 minutes")
    FIFTEEN = 15, _("15 minutes")
    THIRTY = 30, _("30 minutes")


class RoundingWay(models.TextChoices):
    UP = "up", _("Up")
    NEAREST = "nearest", _("To the nearest")


class TimeRules(models.Model):
    """How time on a project is counted."""

    rounding = models.PositiveSmallIntegerField(_("rounded to"), choices=RoundingStep, default=RoundingStep.NONE)
    rounding_way = models.CharField(
        pgettext_lazy("rounding", "which way"), max_length=7, choices=RoundingWay, default=RoundingWay.UP
    )
    is_billable = models.BooleanField(
        _("billable"), default=True, help_text=_("What new time on this project begins with.")
    )
    needs_approval = models.BooleanField(
        _("time is approved"),
        default=True,
        help_text=_("By the manager of the project or a lead. Otherwise time counts as approved once it is submitted."),
    )

    class Meta:
        abstract = True

    @property
    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in TimeRules._meta.fields}


class ProjectTime(TimeRules):
    """How time on one project is counted; who may see and change the project may see and change this.

    A project without a row rounds nothing, is billable and has its time approved. The rounding holds for what is
    written from then on.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="time_rules")

    class Meta:
        verbose_name = _("time rules of a project")
        verbose_name_plural = _("time rules of projects")

    def __str__(self) -> str:
        return str(self.project)


class ProjectTimeChange(TimeRules):
    """How somebody let time on a project be counted from a moment on.

    Rows are never changed: they are the log of who let time count unapproved, or unbilled, and for how long.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="time_rules_log")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("changed by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of the time rules of a project")
        verbose_name_plural = _("changes of the time rules of projects")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.project)


class TimeLock(models.Model):
    """Until which day nothing may be written any more, for the whole company; the newest row holds.

    Without a day it says that everything is open again. Rows are never changed: they are the log of who locked what.
    """

    until = models.DateField(pgettext_lazy("lock", "until"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("locked by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    locked_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("locked period")
        verbose_name_plural = _("locked periods")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.until or "")


class Timer(models.Model):
    """The clock that runs for somebody: one a person. It becomes an entry when it is stopped."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="timer")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(pgettext_lazy("time", "note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, project=None) | Q(task=None, project__isnull=False),
                name="timer_runs_on_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.started_at)
