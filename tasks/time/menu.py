"""Time in the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.ui.menu import MenuEntry, register
from tasks.time.reading import may_enter

register(
    MenuEntry(
        key="time", label=_("Time"), url_name="time:list", icon="clock", order=34, shortcut="z", is_shown=may_enter
    )
)
