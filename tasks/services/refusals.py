"""Why a task cannot be as it was sent: each says so in a sentence for the user, in its field."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class TaskRefused(ValidationError):
    """What hangs together with the task does not allow it; nothing was stored. Its text is for the user."""

    def __str__(self) -> str:
        return " ".join(str(message) for message in self.messages)


class PartOfItself(TaskRefused):
    def __init__(self) -> None:
        super().__init__({"parent": _("A task cannot be a part of itself or of one of its own parts.")})


class TooDeep(TaskRefused):
    def __init__(self, most: int) -> None:
        super().__init__({"parent": _("Tasks are divided %(most)s times at most.") % {"most": most}})


class WaitsForItself(TaskRefused):
    """`name` is the task over which it would wait for itself; empty where the actor does not see it."""

    def __init__(self, name: str = "") -> None:
        sentence = (
            _("This task would wait for itself: “%(task)s” waits for it already.") % {"task": name}
            if name
            else _("This task would wait for itself.")
        )
        super().__init__(sentence)


class MilestoneOfAnotherProject(TaskRefused):
    def __init__(self) -> None:
        super().__init__({"milestone": _("This milestone belongs to another project.")})


class DueOutOfRange(TaskRefused):
    def __init__(self, first: int, last: int) -> None:
        said = {"first": first, "last": last}
        super().__init__({"due_on": _("Give a day between the years %(first)s and %(last)s.") % said})


class TooLong(TaskRefused):
    def __init__(self, most: int) -> None:
        super().__init__({"duration": _("A task takes %(most)s days at most.") % {"most": most}})


class WrongBoard(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("This status is of another board."))


class MayNotShow(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("You may not let others watch this task."))


class NoBoard(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("There is no board of tasks yet: an admin sets one up."))


class NoSuchRule(TaskRefused):
    """`sentence` says what is wrong with the rule."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"rrule": sentence})


class RuleNeedsDue(TaskRefused):
    def __init__(self) -> None:
        super().__init__({"due_on": _("A task that repeats needs a day: it is counted from there.")})
