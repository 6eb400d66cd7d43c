"""What people may be reminded of from the beginning: tasks, contacts and their birthdays, deals, projects, clients."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact
from projects.models import Deal, Project
from tasks.models import Task
from tasks.models.reminders import MINUTES_OF_DAY as DAY
from tasks.reminders.anchors import Anchor, Said, register, register_remindable
from tasks.reminders.wording import Sentences

DUE, BIRTHDAY, EXPECTED_CLOSE, PLANNED_END = "due", "birthday", "expected_close", "planned_end"
_OF_TASK = (0, 10, 30, 60, 2 * 60, DAY, 7 * DAY)
_OF_DAYS = (0, DAY, 3 * DAY, 7 * DAY, 14 * DAY)

_DUE_DAY = Sentences(
    _("“%(record)s” is due today"),
    _("“%(record)s” is due tomorrow"),
    _("“%(record)s” is due on %(day)s"),
    _("“%(record)s” was due on %(day)s"),
)
_DUE_MOMENT = Sentences(
    _("“%(record)s” is due today at %(time)s"),
    _("“%(record)s” is due tomorrow at %(time)s"),
    _("“%(record)s” is due on %(day)s at %(time)s"),
    _("“%(record)s” was due on %(day)s at %(time)s"),
)
_DUE_ELSEWHERE = Sentences(
    _("“%(record)s” is due today at %(time)s your time"),
    _("“%(record)s” is due tomorrow at %(time)s your time"),
    _("“%(record)s” is due on %(day)s at %(time)s your time"),
    _("“%(record)s” was due on %(day)s at %(time)s your time"),
)
_BIRTHDAY = Sentences(
    _("The birthday of “%(record)s” is today"),
    _("The birthday of “%(record)s” is tomorrow"),
    _("The birthday of “%(record)s” is on %(day)s"),
    _("The birthday of “%(record)s” was on %(day)s"),
)
_CLOSE = Sentences(
    _("“%(record)s” is expected to close today"),
    _("“%(record)s” is expected to close tomorrow"),
    _("“%(record)s” is expected to close on %(day)s"),
    _("“%(record)s” was expected to close on %(day)s"),
)
_END = Sentences(
    _("“%(record)s” is planned to end today"),
    _("“%(record)s” is planned to end tomorrow"),
    _("“%(record)s” is planned to end on %(day)s"),
    _("“%(record)s” was planned to end on %(day)s"),
)


def _due_of(task: Task) -> Said:
    return task.due_at or task.due_on


def _tell_due(task: Task, said: Said) -> str:
    if said is None:
        return str(task)
    if not isinstance(said, datetime):
        return _DUE_DAY.say(str(task), said)
    is_here = task.due_zone == timezone.get_current_timezone_name()
    return (_DUE_MOMENT if is_here else _DUE_ELSEWHERE).say(str(task), said)


def _by(sentences: Sentences) -> Any:
    return lambda record, said: sentences.say(str(record), said)


def _is_open(record: Any) -> bool:
    return bool(record.is_open)


def register_ready() -> None:
    """Closed tasks remind of nothing; of closed deals and projects people may still set moments of their own."""
    register_remindable(Task, is_open=_is_open)
    for model in (Client, Contact, Deal, Project):
        register_remindable(model)
    register(
        Anchor(
            model=Task,
            key=DUE,
            label=_("Due"),
            field="due_on",
            read=_due_of,
            before=_("%(amount)s before it is due"),
            on=_("When it is due"),
            tell=_tell_due,
            offered=_OF_TASK,
            is_open=_is_open,
        )
    )
    register(
        Anchor(
            model=Contact,
            key=BIRTHDAY,
            label=_("Birthday"),
            field="birthday",
            read=lambda contact: contact.birthday,
            before=_("%(amount)s before the birthday"),
            on=_("On the birthday"),
            tell=_by(_BIRTHDAY),
            offered=_OF_DAYS,
            is_yearly=True,
        )
    )
    register(
        Anchor(
            model=Deal,
            key=EXPECTED_CLOSE,
            label=_("Expected close"),
            field="expected_close",
            read=lambda deal: deal.expected_close,
            before=_("%(amount)s before the expected close"),
            on=_("On the day of the expected close"),
            tell=_by(_CLOSE),
            offered=_OF_DAYS,
            is_open=_is_open,
        )
    )
    register(
        Anchor(
            model=Project,
            key=PLANNED_END,
            label=_("Planned end"),
            field="planned_end",
            read=lambda project: project.planned_end,
            before=_("%(amount)s before the planned end"),
            on=_("On the day of the planned end"),
            tell=_by(_END),
            offered=_OF_DAYS,
            is_open=_is_open,
        )
    )
