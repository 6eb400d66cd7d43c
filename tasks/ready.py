"""The kinds of tasks and the board that a company starts with: to be changed by its admins."""

from django.utils.translation import gettext_noop

#: Names in order, each with its tasks.models.TaskNature.
KINDS = (
    (gettext_noop("Call"), "call"),
    (gettext_noop("Meeting"), "meeting"),
    (gettext_noop("E-mail"), "email"),
    (gettext_noop("To do"), "todo"),
    (gettext_noop("Delivery work"), "work"),
)
BOARD = gettext_noop("Tasks")
#: Statuses in order, each with its tasks.models.TaskState.
STATUSES = (
    (gettext_noop("To do"), "todo"),
    (gettext_noop("Doing"), "doing"),
    (gettext_noop("Review"), "review"),
    (gettext_noop("Done"), "done"),
    (gettext_noop("Cancelled"), "cancelled"),
)
