"""What reminders bring to the rest of the product at its start."""

from django.utils.translation import gettext_lazy as _

from crm.ui.menu import MenuEntry
from crm.ui.menu import register as register_entry
from tasks.reminders.defaults import follow_tasks
from tasks.reminders.notices import register_kind
from tasks.reminders.panels import register_panels
from tasks.reminders.ready import register_ready


def begin() -> None:
    register_ready()
    register_kind()
    register_panels()
    follow_tasks()
    register_entry(MenuEntry(key="reminders", label=_("Reminders"), url_name="reminders:list", icon="clock", order=35))
