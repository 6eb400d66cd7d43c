"""The tasks of a record on its page: they come after the page, so that the card is there at once."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.panels.registry import Panel, register
from crm.ui.addresses import address_of
from projects.models import Deal, Project
from tasks.models import Task

#: Record types whose pages show their tasks, with the field of a task that names them.
SHOWN_ON: dict[type[Any], str] = {Deal: "deal", Project: "project", Contact: "contact", Client: "client"}


def tasks_of(record: Any, reader: Any) -> dict[str, Any]:
    """Where the tasks are; nothing is read for it."""
    name = SHOWN_ON[type(record)]
    return {
        "panel_url": address_of("tasks:on", record._meta.label_lower, record.pk),
        "all_query": f"?{name}={record.pk}",
        "new_query": f"?{name}={record.pk}",
        "may_add": may(reader, Action.ADD, Task) and name not in locked_fields(reader, Task),
    }


def _sees(name: str) -> Any:
    """Whether the reader may know which tasks belong here."""
    return lambda _record, reader: may(reader, Action.VIEW, Task) and name not in hidden_fields(reader, Task)


for _model, _name in SHOWN_ON.items():
    register(
        Panel(
            key=f"tasks_of_{_name}",
            title=_("Tasks"),
            model=_model,
            order=8,
            is_aside=True,
            template="tasks/_panel.jinja",
            context=tasks_of,
            is_shown=_sees(_name),
        )
    )
