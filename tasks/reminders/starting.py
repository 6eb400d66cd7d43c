"""What reminders bring to the rest of the product at its start."""

from tasks.reminders.alarms import take_alarms_of_calendars
from tasks.reminders.carrying import carry_reminders
from tasks.reminders.defaults import follow_tasks
from tasks.reminders.notices import register_kind
from tasks.reminders.panels import register_panels
from tasks.reminders.ready import register_ready


def begin() -> None:
    register_ready()
    register_kind()
    register_panels()
    follow_tasks()
    take_alarms_of_calendars()
    carry_reminders()
