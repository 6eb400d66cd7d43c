"""What becomes of each event of a file, judged for its importer at this moment; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.models import Contact
from crm.access.rights import Action, locked_fields, may
from tasks.calendars.importing.lookup import Known, key_of, look_up
from tasks.calendars.importing.sentences import PROBLEMS, losses
from tasks.calendars.reading.found import Found
from tasks.calendars.rules import accept_rule
from tasks.models import CLOSED_STATES, Priority, Task, TaskNature, TaskState
from teams.models import User

LONGEST_TITLE, LONGEST_TEXT = 500, 20_000
_DONE, _BEGUN = ("COMPLETED",), ("IN-PROCESS",)


class Outcome(models.TextChoices):
    NEW = "new", pgettext_lazy("calendar event", "New")
    UPDATE = "update", gettext_lazy("Changed in the file")
    KNOWN = "known", gettext_lazy("Already here")
    SKIPPED = "skipped", gettext_lazy("Left out")
    REFUSED = "refused", gettext_lazy("Refused")


@dataclass(frozen=True)
class Choices:
    """What the importer ticked."""

    is_with_past: bool = False
    is_updating: bool = True
    is_with_watchers: bool = False


@dataclass
class Planned:
    """One event and what becomes of it. `due` is a day, or an aware moment in `zone`."""

    found: Found
    key: str
    outcome: str = Outcome.NEW
    title: str = ""
    text: str = ""
    due: date | datetime | None = None
    zone: str = ""
    rule: str = ""
    contact: Contact | None = None
    watchers: list[User] = field(default_factory=list)
    task: Task | None = None
    sentences: list[str] = field(default_factory=list)

    @property
    def nature(self) -> TaskNature:
        is_meeting = isinstance(self.due, datetime) and not self.found.is_todo
        return TaskNature.MEETING if is_meeting else TaskNature.TODO

    @property
    def state(self) -> TaskState:
        if self.is_done:
            return TaskState.DONE
        return TaskState.DOING if self.found.status in _BEGUN or self.found.percent else TaskState.TODO

    @property
    def is_done(self) -> bool:
        return self.found.is_todo and (self.found.status in _DONE or self.found.percent >= 100)

    @property
    def priority(self) -> Priority:
        """RFC 5545: 1 to 4 are high, 6 to 9 low, 5 and none in the middle."""
        level = self.found.priority
        if level == 1:
            return Priority.URGENT
        return Priority.HIGH if 2 <= level <= 4 else Priority.LOW if 6 <= level <= 9 else Priority.NORMAL

    def leave(self, outcome: str, sentence: str) -> None:
        self.outcome = outcome
        self.sentences.insert(0, sentence)


def may_import(user: Any) -> bool:
    """Whether he may add tasks with a date, and know them again the next time."""
    return may(user, Action.ADD, Task) and not locked_fields(user, Task) & {"calendar_uid", "due_on"}


def plan_events(
    events: Sequence[Found], choices: Choices, importer: Any, *, all_events: Sequence[Found] = ()
) -> list[Planned]:
    """`all_events` are those of the whole file, where `events` are some of it."""
    known = look_up(events, importer)
    last = _last_of_each(all_events or events)
    return [_plan(found, choices, importer, known, last) for found in events]


def _last_of_each(events: Sequence[Found]) -> dict[str, int]:
    """By key, the position of the event that counts: of the same ones the latest version, else the last."""
    best: dict[str, Found] = {}
    for found in events:
        other = best.get(key_of(found))
        if other is None or found.sequence >= other.sequence:
            best[key_of(found)] = found
    return {key: found.position for key, found in best.items()}


def _plan(found: Found, choices: Choices, importer: Any, known: Known, last: dict[str, int]) -> Planned:
    planned = Planned(found, key_of(found))
    _fill(planned, importer)
    if found.problem:
        planned.leave(Outcome.REFUSED, str(PROBLEMS.get(found.problem, PROBLEMS["broken"])))
        return planned
    if last[planned.key] != found.position:
        planned.leave(Outcome.SKIPPED, _("It stands in this file again, in a later version."))
        return planned
    planned.task = known.tasks.get(planned.key)
    planned.contact = known.contact_among(found.people)
    if choices.is_with_watchers:
        planned.watchers = known.colleagues_among(found.people, besides=importer)
    if planned.task is not None:
        _compare(planned, planned.task, choices)
    else:
        _leave_what_is_over(planned, choices, importer)
    return planned


def _fill(planned: Planned, importer: Any) -> None:
    found = planned.found
    planned.title = found.title[:LONGEST_TITLE] or _("Without a title")
    planned.text = found.text[:LONGEST_TEXT]
    planned.rule = found.rule if accept_rule(found.rule) else ""
    planned.sentences += losses(found, is_rule_kept=bool(planned.rule))
    if max(len(found.title) - LONGEST_TITLE, len(found.text) - LONGEST_TEXT) > 0:
        planned.sentences.append(_("Its text is too long and is cut."))
    # What is over is shown where it began.
    when = found.next or found.start
    if "T" in when:
        planned.zone = found.zone or importer.time_zone
        planned.due = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(planned.zone)).astimezone(UTC)
    elif when:
        planned.due = date.fromisoformat(when)


def _leave_what_is_over(planned: Planned, choices: Choices, importer: Any) -> None:
    found = planned.found
    if found.status == "CANCELLED":
        planned.leave(Outcome.SKIPPED, _("It is cancelled."))
    elif found.start and not found.next:
        planned.leave(Outcome.SKIPPED, _("Its series is over."))
    elif planned.is_done and not choices.is_with_past:
        planned.leave(Outcome.SKIPPED, _("It is done already."))
    elif _is_past(planned, importer) and not choices.is_with_past:
        planned.leave(Outcome.SKIPPED, _("It is past."))


def _is_past(planned: Planned, importer: Any) -> bool:
    """By the day: what was this morning is still of today. To-dos that are late still wait."""
    if planned.due is None or (planned.found.is_todo and not planned.is_done):
        return False
    here = ZoneInfo(importer.time_zone)
    day = planned.due.astimezone(here).date() if isinstance(planned.due, datetime) else planned.due
    return day < timezone.localdate(timezone=here)


def _compare(planned: Planned, task: Task, choices: Choices) -> None:
    """Changed only by what is newer than the task and says something else; a closed task stays as it was."""
    changed = planned.found.changed_at
    is_newer = bool(changed) and datetime.fromisoformat(changed) > task.updated_at
    if choices.is_updating and is_newer and task.state not in CLOSED_STATES and says_otherwise(planned, task):
        planned.outcome = Outcome.UPDATE
    else:
        planned.leave(Outcome.KNOWN, _("It was imported before."))


def says_otherwise(planned: Planned, task: Task) -> bool:
    told = (planned.title, planned.text, planned.found.minutes)
    if told != (task.name, task.description, task.duration):
        return True
    # The next occurrence of a series moves on with the days, which is no change of it.
    due = task.due_at if isinstance(planned.due, datetime) else task.due_on
    return bool(not planned.rule and not task.rrule and planned.due != due)
