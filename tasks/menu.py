"""Tasks in the navigation and in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, NewEntry, register
from tasks.models import Task


def _may_view(user: Any) -> bool:
    return may(user, Action.VIEW, Task)


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Task)


register(
    MenuEntry(
        key="tasks",
        label=_("Tasks"),
        url_name="tasks:day",
        icon="checkbox",
        order=15,
        shortcut="t",
        is_shown=_may_view,
    )
)
register(
    NewEntry(
        key="task",
        label=_("Task"),
        title=_("Add a task"),
        hint=_("What somebody has to do, and until when"),
        url_name="tasks:new",
        icon="checkbox",
        order=22,
        is_shown=_may_add,
    )
)
