"""What must hold of the rule by which a task repeats."""

from datetime import datetime

from django.utils.translation import gettext as _

from tasks.models import Repeats, Task
from tasks.recurrence import Due, NotARule, Rule, comes_at_all, kept_on_its_day, parse_rule
from tasks.services.refusals import NoSuchRule, RuleNeedsDue


def settle_rule(task: Task) -> None:
    """The rule of a new or changed task as it is kept, counted on schedule unless it says otherwise.

    Raises NoSuchRule, RuleNeedsDue.
    """
    if not task.rrule.strip():
        task.rrule, task.repeats = "", ""
        return
    try:
        rule = parse_rule(task.rrule)
    except NotARule as problem:
        raise NoSuchRule(str(problem)) from problem
    if task.due_on is None:
        raise RuleNeedsDue
    task.repeats = task.repeats or Repeats.ON_SCHEDULE
    task.rrule = _kept(rule, task)


def due_of(task: Task) -> Due | None:
    """Its moment on the clock of its zone, else its day."""
    return task.due_at.astimezone(task.zone) if task.due_at else task.due_on


def _kept(rule: Rule, task: Task) -> str:
    due = due_of(task)
    assert due is not None  # noqa: S101
    if task.repeats == Repeats.ON_SCHEDULE:
        rule = kept_on_its_day(rule, due)
    if not comes_at_all(rule, due):
        raise NoSuchRule(_("By this rule nothing comes due within the next decades."))
    if rule.until is not None and _is_over(rule, due, task) and not _is_stored_so(task):
        raise NoSuchRule(_("UNTIL lies before the day on which the task is due."))
    return str(rule)


def _is_over(rule: Rule, due: Due, task: Task) -> bool:
    if isinstance(rule.until, datetime) and isinstance(due, datetime):
        return due.astimezone(rule.until.tzinfo) > rule.until if rule.until.tzinfo else _wall(due) > rule.until
    until = rule.until.date() if isinstance(rule.until, datetime) else rule.until
    return until is not None and task.due_on is not None and until < task.due_on


def _wall(due: datetime) -> datetime:
    return due.replace(tzinfo=None)


def _is_stored_so(task: Task) -> bool:
    """The last one of a series may be put off beyond its end."""
    return Task.objects.filter(pk=task.pk, rrule=task.rrule).exists()
