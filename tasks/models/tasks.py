"""A task: what somebody has to do, about what, until when; and how it hangs together with others."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client
from contacts.models import Contact
from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from projects.models import Deal, Milestone, Project
from tasks.models.kinds import CLOSED_STATES, OPEN_STATES, TaskKind, TaskState, TaskStatus
from teams.models.people import validate_time_zone

#: What tasks without a day are sorted as.
NO_DAY = date(9999, 12, 31)
#: Days that a task may be due on: what lies outside is a slip of the keyboard, and breaks clocks.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
LONGEST_ESTIMATE = Decimal(10_000)
DAY_MINUTES = 24 * 60
LONGEST_DURATION = 60 * DAY_MINUTES
_OPEN = ALIVE & Q(state__in=OPEN_STATES)
_GIVEN = ~Q(owner=F("creator")) & Q(creator__isnull=False)
_DUE = Coalesce(F("due_on"), NO_DAY)


class Priority(models.IntegerChoices):
    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")


class Repeats(models.TextChoices):
    """From where the next occurrence of a rule is counted."""

    ON_SCHEDULE = "schedule", _("On schedule")
    WHEN_DONE = "done", _("When it is done")


class Task(Record):
    """`owner` is the one who does it, `creator` the one who asked for it; both see it, as do its watchers.

    Due on a day (`due_on` alone) or at a moment (`due_at` with `due_on`, its day in `due_zone`). Where it stands is
    written by the services of moves alone.
    """

    PARTS: ClassVar[tuple[str, ...]] = ("checklist", "watchers", "blockers")
    URL_NAMESPACE: ClassVar[str] = "tasks"
    # Every line of a task tells its kind and its priority.
    NEVER_HIDDEN: ClassVar[frozenset[str]] = Record.NEVER_HIDDEN | {"kind", "priority"}
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name", "external_id")
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {
        *("client", "contact", "deal", "project", "milestone", "due_on", "due_at", "priority", "estimate", "rrule"),
    }
    #: Where it stands: written by moves, told by the status, and hidden with it.
    STANDING: ClassVar[tuple[str, ...]] = ("status", "state", "done_at")
    KEPT_AT_RESTORING: ClassVar[frozenset[str]] = Record.KEPT_AT_RESTORING | {"status"}
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = Record.NEEDED_AT_CREATION | {
        *("status", "state", "done_at", "kind", "priority", "creator")
    }
    RULED_WITH: ClassVar[dict[str, str]] = {
        "due_at": "due_on",
        "due_zone": "due_on",
        "duration": "due_on",
        "state": "status",
        "done_at": "status",
        "repeats": "rrule",
        "series": "rrule",
        "creator": "watchers",
        "calendar_uid": "external_id",
    }

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who does it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    name = models.CharField(_("title"), max_length=500, db_collation=NAME_COLLATION)
    kind = models.ForeignKey(TaskKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="tasks")
    # Markdown.
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    deal = models.ForeignKey(
        Deal,
        verbose_name=_("deal"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    milestone = models.ForeignKey(
        Milestone,
        verbose_name=_("milestone"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="subtasks",
        db_index=False,
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
    )
    status = models.ForeignKey(
        TaskStatus, verbose_name=_("status"), on_delete=models.PROTECT, related_name="tasks", db_index=False
    )
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.TODO, editable=False)
    done_at = models.DateTimeField(pgettext_lazy("task", "closed"), null=True, blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    due_zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[validate_time_zone])
    # Minutes that it takes in the calendar; days of 1,440 for one that is due on a day.
    duration = models.PositiveIntegerField(
        _("duration, minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DURATION)],
    )
    estimate = models.DecimalField(
        _("estimate, hours"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(LONGEST_ESTIMATE)],
    )
    rrule = models.CharField(_("repeats"), max_length=500, blank=True, help_text=_("A rule of RFC 5545."))
    repeats = models.CharField(_("counted"), max_length=10, choices=Repeats, blank=True, default="", editable=False)
    # What the occurrences of one rule share.
    series = models.UUIDField(null=True, blank=True, editable=False)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The key of this task in another system.")
    )
    # UID of RFC 5545, for what came out of a calendar file; with the day of the occurrence where it repeats.
    calendar_uid = models.CharField(max_length=255, blank=True, default="", editable=False)

    class Meta(Record.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            *Record.Meta.indexes,
            # My day, and the calendar: everybody's, one person's, one team's.
            models.Index(fields=["owner", "due_on", "due_at", "id"], name="task_owner_open", condition=_OPEN),
            models.Index(fields=["due_on", "id"], name="task_day", condition=ALIVE & Q(due_on__isnull=False)),
            models.Index(
                fields=["owner", "due_on", "id"], name="task_owner_day", condition=ALIVE & Q(due_on__isnull=False)
            ),
            models.Index(
                fields=["team", "due_on", "id"], name="task_team_day", condition=ALIVE & Q(due_on__isnull=False)
            ),
            # What lasts for days: it is in the calendar after the day that it is due on.
            models.Index(fields=["due_on"], name="task_lasting", condition=ALIVE & Q(duration__gt=DAY_MINUTES)),
            # The orders by date, for all tasks, one person's and one team's.
            models.Index(_DUE, F("id"), name="task_due", condition=ALIVE),
            models.Index(F("owner"), _DUE, F("id"), name="task_owner_due", condition=ALIVE),
            models.Index(F("team"), _DUE, F("id"), name="task_team_due", condition=ALIVE),
            # The columns of the board: open ones by date, closed ones the last first.
            models.Index(F("status"), _DUE, F("id"), name="task_status_due", condition=_OPEN),
            models.Index(F("owner"), F("status"), _DUE, F("id"), name="task_owner_status", condition=_OPEN),
            models.Index(F("team"), F("status"), _DUE, F("id"), name="task_team_status", condition=_OPEN),
            models.Index(
                fields=["status", "-done_at", "-id"],
                name="task_status_done",
                condition=ALIVE & Q(state__in=CLOSED_STATES),
            ),
            models.Index(
                fields=["owner", "status", "-done_at", "-id"],
                name="task_owner_done",
                condition=ALIVE & Q(state__in=CLOSED_STATES),
            ),
            models.Index(
                fields=["team", "status", "-done_at", "-id"],
                name="task_team_done",
                condition=ALIVE & Q(state__in=CLOSED_STATES),
            ),
            # What is to be done on a record.
            models.Index(fields=["client", "due_on"], name="task_client", condition=ALIVE & Q(client__isnull=False)),
            models.Index(fields=["contact", "due_on"], name="task_contact", condition=ALIVE & Q(contact__isnull=False)),
            models.Index(fields=["deal", "due_on"], name="task_deal", condition=ALIVE & Q(deal__isnull=False)),
            models.Index(
                fields=["project", "state", "due_on"], name="task_project", condition=ALIVE & Q(project__isnull=False)
            ),
            models.Index(fields=["parent"], name="task_parent", condition=Q(parent__isnull=False)),
            # What I gave others: with the recycle bin, where who gave it finds it; and on the board.
            models.Index(F("creator"), _DUE, F("id"), name="task_given", condition=_GIVEN),
            models.Index(F("creator"), F("status"), _DUE, F("id"), name="task_given_open", condition=_GIVEN & _OPEN),
            models.Index(
                fields=["creator", "status", "-done_at", "-id"],
                name="task_given_done",
                condition=_GIVEN & ALIVE & Q(state__in=CLOSED_STATES),
            ),
            # And on the calendar.
            models.Index(
                fields=["creator", "due_on", "id"],
                name="task_given_day",
                condition=_GIVEN & ALIVE & Q(due_on__isnull=False),
            ),
            # What repeats, for the calendar.
            models.Index(fields=["due_on", "id"], name="task_repeating", condition=_OPEN & ~Q(rrule="")),
            models.Index(fields=["series"], name="task_series", condition=Q(series__isnull=False)),
            models.Index(fields=["calendar_uid"], name="task_calendar_uid", condition=~Q(calendar_uid="")),
            models.Index(fields=["external_id"], name="task_external_id", condition=~Q(external_id="")),
            GinIndex(fields=["tags"], name="task_tags", condition=ALIVE),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__range=(FIRST_DAY, LAST_DAY)), name="task_due_in_range"
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | (Q(due_on__isnull=False) & ~Q(due_zone="")), name="task_moment_has_day"
            ),
            models.CheckConstraint(
                condition=Q(estimate=None) | Q(estimate__range=(0, LONGEST_ESTIMATE)),
                name="task_estimate_in_range",
                violation_error_message=_("Give the estimate in hours, from 0 to 10,000."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="task_not_part_of_itself"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, done_at=None) | Q(state__in=CLOSED_STATES, done_at__isnull=False),
                name="task_closed_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(rrule="", repeats="") | (~Q(rrule="") & Q(repeats__in=Repeats.values)),
                name="task_repeats_by_a_rule",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_all_day(self) -> bool:
        return self.due_on is not None and self.due_at is None

    @property
    def zone(self) -> ZoneInfo:
        """Where its moment was set; UTC for one without."""
        return ZoneInfo(self.due_zone or "UTC")

    def is_overdue(self, now: datetime | None = None) -> bool:
        """Whether it should have been done by now; a day is over at midnight in the active time zone."""
        moment = now or timezone.now()
        if not self.is_open or self.due_on is None:
            return False
        if self.due_at is not None:
            return self.due_at < moment
        return bool(self.due_on < timezone.localdate(moment))

    @property
    def due_time(self) -> time | None:
        """The time of its moment, by the clock of the zone in which it was set."""
        return self.due_at.astimezone(self.zone).time() if self.due_at else None

    @property
    def ends_at(self) -> datetime | None:
        """The end of its moment in the calendar."""
        return self.due_at + timedelta(minutes=self.duration or 0) if self.due_at else None

    def set_due(self, due: date | datetime | None, zone: str) -> None:
        """Due on a day, at a moment (aware; its day is that of `zone`), or not at all."""
        if isinstance(due, datetime):
            self.due_at = due.astimezone(UTC)
            self.due_on, self.due_zone = due.astimezone(ZoneInfo(zone)).date(), zone
        else:
            self.due_at, self.due_on, self.due_zone = None, due, ""

    def subjects(self) -> list[Any]:
        """The records it is about, the nearest first."""
        return [one for one in (self.deal, self.project, self.contact, self.client) if one is not None]


class TaskCheck(models.Model):
    """A line of a checklist."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("what"), max_length=300)
    is_done = models.BooleanField(pgettext_lazy("checklist", "done"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("line of the checklist")
        verbose_name_plural = _("checklist")

    def __str__(self) -> str:
        return self.text


class TaskWatcher(models.Model):
    """A colleague who sees the task and hears of it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey("teams.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("watcher")
        verbose_name_plural = _("watchers")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "user"],
                name="task_watcher_once",
                violation_error_message=_("This person stands here already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class TaskBlocker(models.Model):
    """Another task that has to be done first."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="blockers")
    blocker = models.ForeignKey(Task, verbose_name=_("blocked by"), on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("blocking task")
        verbose_name_plural = _("blocked by")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "blocker"],
                name="task_blocker_once",
                violation_error_message=_("This task stands here already."),
            ),
            models.CheckConstraint(
                condition=~Q(task=F("blocker")),
                name="task_not_blocked_by_itself",
                violation_error_message=_("A task cannot wait for itself."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.blocker)


class TaskUserShare(UserShare):
    content_object = models.ForeignKey(Task, on_delete=models.CASCADE)


class TaskTeamShare(TeamShare):
    content_object = models.ForeignKey(Task, on_delete=models.CASCADE)
