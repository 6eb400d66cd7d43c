"""Kinds of tasks, and the boards that tasks stand on: statuses in order, of a team, of a project or of everybody."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class TaskNature(models.TextChoices):
    """What a kind of task is by nature. The first three are talks: what came of them is asked when they are done."""

    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    TODO = "todo", _("To do")
    WORK = "work", _("Delivery work")


TALKS = (TaskNature.CALL, TaskNature.MEETING, TaskNature.EMAIL)
NATURE_ICONS = {
    TaskNature.CALL.value: "phone",
    TaskNature.MEETING.value: "users",
    TaskNature.EMAIL.value: "mail",
    TaskNature.TODO.value: "checkbox",
    TaskNature.WORK.value: "tool",
}


class TaskKind(models.Model):
    """A kind of task, the company's own ones too. Ready names are told in the reader's language."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    nature = models.CharField(_("by nature"), max_length=10, choices=TaskNature, default=TaskNature.TODO)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_offered = models.BooleanField(_("offered"), default=True, help_text=_("For new tasks."))

    class Meta:
        verbose_name = _("kind of task")
        verbose_name_plural = _("kinds of tasks")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return gettext(self.name)

    @property
    def icon(self) -> str:
        return NATURE_ICONS[self.nature]

    @property
    def is_talk(self) -> bool:
        """Whether an outcome is asked when it is done, which becomes an interaction."""
        return self.nature in TALKS


class TaskState(models.TextChoices):
    """What a status makes of the tasks in it."""

    TODO = "todo", pgettext_lazy("task", "To do")
    DOING = "doing", pgettext_lazy("task", "Doing")
    REVIEW = "review", pgettext_lazy("task", "Review")
    DONE = "done", pgettext_lazy("task", "Done")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")


OPEN_STATES = (TaskState.TODO, TaskState.DOING, TaskState.REVIEW)
CLOSED_STATES = (TaskState.DONE, TaskState.CANCELLED)
STATE_TINTS = {
    TaskState.TODO.value: "grey",
    TaskState.DOING.value: "blue",
    TaskState.REVIEW.value: "violet",
    TaskState.DONE.value: "green",
    TaskState.CANCELLED.value: "grey",
}


class TaskBoard(models.Model):
    """The statuses that tasks of a project, else of a team, else all tasks go through.

    It has at least one status of "to do", "done" and "cancelled": tasks that come from another board find their place.
    """

    name = models.CharField(_("name"), max_length=100)
    team = models.OneToOneField(
        "teams.Team", verbose_name=_("team"), on_delete=models.CASCADE, null=True, blank=True, related_name="task_board"
    )
    project = models.OneToOneField(
        "projects.Project",
        verbose_name=_("project"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="task_board",
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("For tasks whose project and team have no board of their own.")
    )

    class Meta:
        verbose_name = _("board of tasks")
        verbose_name_plural = _("boards of tasks")
        ordering = ["-is_default", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_task_board",
                violation_error_message=_("Another board is the default one."),
            ),
            models.CheckConstraint(
                condition=Q(is_default=True, team=None, project=None)
                | Q(is_default=False, team__isnull=False, project=None)
                | Q(is_default=False, team=None, project__isnull=False),
                name="task_board_of_one",
                violation_error_message=_("A board belongs to one team or to one project, or it is the default one."),
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.name)


class TaskStatus(models.Model):
    """A column of a board."""

    board = models.ForeignKey(TaskBoard, verbose_name=_("board"), on_delete=models.CASCADE, related_name="statuses")
    name = models.CharField(_("name"), max_length=100)
    state = models.CharField(_("means"), max_length=10, choices=TaskState, default=TaskState.TODO)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("status of tasks")
        verbose_name_plural = _("statuses of tasks")
        ordering = ["board", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["board", "name"],
                name="task_status_name_once",
                violation_error_message=_("This board has a status of this name."),
            ),
            # What tasks refer to, so that their state is always that of their status.
            models.UniqueConstraint(fields=["id", "state"], name="task_status_with_state"),
        ]

    def __str__(self) -> str:
        return gettext(self.name)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def tint(self) -> str:
        """The colour of its badge."""
        return STATE_TINTS.get(self.state, "grey")
