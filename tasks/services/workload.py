"""Work goes to somebody else, or to another week."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from crm.access import writing
from tasks.models import Task
from tasks.services.tasks import save_task
from teams.models import Membership, User
from teams.selectors import home_team_of
from teams.selectors.calendar import calendar_of
from teams.selectors.owners import owners_offered_to


class NotTheirsToGive(writing.Refused):
    """Somebody to whom the actor may give nothing."""


@transaction.atomic
def move_work(task: Task, *, actor: Any, owner: User | None = None, monday: date | None = None) -> Task:
    """Give an open task to another person, make it due in another week, or both.

    It is due on the last day of that week on which its owner works; at the same time of day, where it had one. Its team
    stays where the new owner is in it. Raises TaskRefused, StaleVersion, PermissionDenied, NotTheirsToGive.
    """
    new_owner = owner if owner is not None and owner.pk != task.owner_id else None
    if monday is not None:
        _put_off(task, _last_day(monday, owner or task.owner))
        save_task(task, actor=actor)
    if new_owner is None:
        return task
    if not owners_offered_to(actor, Task).filter(pk=new_owner.pk).exists():
        raise NotTheirsToGive
    stays = Membership.objects.filter(user=new_owner, team=task.team_id).exists()
    return writing.hand_over(task, owner=new_owner, team=task.team if stays else home_team_of(new_owner), actor=actor)


def _put_off(task: Task, day: date) -> None:
    if task.due_at is None:
        task.due_on = day
        return
    local = task.due_at.astimezone(task.zone)
    task.set_due(local.replace(year=day.year, month=day.month, day=day.day), task.due_zone)


def _last_day(monday: date, owner: User | None) -> date:
    calendar = calendar_of(owner)
    days = [monday + timedelta(days=number) for number in range(6, -1, -1)]
    return next((day for day in days if calendar.working_minutes(day)), monday + timedelta(days=4))
