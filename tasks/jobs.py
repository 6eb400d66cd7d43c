"""Reminders and calendar links in the background."""

from celery import shared_task

from tasks.reminders import firing, sweeping
from tasks.services import calendar_feeds


@shared_task(name="tasks.fire_reminders")
def fire_reminders() -> None:
    firing.fire_due()


@shared_task(name="tasks.sweep_reminders")
def sweep_reminders() -> None:
    sweeping.sweep()


@shared_task(name="tasks.forget_reminders")
def forget_reminders() -> None:
    sweeping.forget_fired()


@shared_task(name="tasks.forget_calendars")
def forget_calendars() -> None:
    calendar_feeds.forget_texts()
