"""Why time cannot be written as it was sent: each says so in a sentence for the user, in its field."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _


class TimeRefused(ValidationError):
    """Nothing was stored. Its text is for the user."""

    def __str__(self) -> str:
        return " ".join(str(message) for message in self.messages)


class DayLocked(TimeRefused):
    """`until` is the last locked day."""

    def __init__(self, until: date) -> None:
        said = {"day": date_format(until, "DATE_FORMAT")}
        super().__init__({"day": _("Time is locked until %(day)s. Ask whoever keeps the company's settings.") % said})


class DayOutOfRange(TimeRefused):
    def __init__(self, first: int, last: int) -> None:
        said = {"first": first, "last": last}
        super().__init__({"day": _("Give a day between the years %(first)s and %(last)s.") % said})


class DayFull(TimeRefused):
    def __init__(self) -> None:
        super().__init__({"minutes": _("A day has 24 hours, and more would be entered on this one.")})


class NoMinutes(TimeRefused):
    def __init__(self) -> None:
        super().__init__({"minutes": _("Give a time from one minute to 24 hours.")})


class NothingWorkedOn(TimeRefused):
    """Neither a task nor a project that the actor sees."""

    def __init__(self) -> None:
        super().__init__({"task": _("Choose a task or a project that you see.")})


class NotOwnTime(TimeRefused):
    def __init__(self) -> None:
        super().__init__(_("Everybody enters his own time."))


class AlreadySubmitted(TimeRefused):
    def __init__(self) -> None:
        super().__init__(_("This time is submitted or approved, and stays as it is unless it is given back."))


class ChangedMeanwhile(TimeRefused):
    """`hours` is what is stored now."""

    def __init__(self, hours: str) -> None:
        super().__init__(_("It was changed to %(hours)s meanwhile.") % {"hours": hours})


class ChangedSinceShown(TimeRefused):
    """Somebody would decide on what he did not see."""

    def __init__(self) -> None:
        super().__init__(
            _("Some of this was changed since it was shown to you. Nothing is decided yet: look at it again.")
        )


class NotTheirsToDecide(TimeRefused):
    def __init__(self) -> None:
        super().__init__(_("Somebody else decides on this time: nobody approves his own."))


class ReasonMissing(TimeRefused):
    def __init__(self) -> None:
        super().__init__({"refusal": _("Say why, so that it can be mended.")})


class NothingToDo(TimeRefused):
    def __init__(self) -> None:
        super().__init__(_("There is nothing here that waits for this."))


class TimerForgotten(TimeRefused):
    """The timer ran for so long that nobody can have worked all the while."""

    def __init__(self) -> None:
        super().__init__(_("The timer ran for more than 12 hours. Say how long you worked."))
