"""Reminders on the pages of records, without a query until they are opened."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact
from crm.panels.registry import Panel, register
from projects.models import Deal, Project
from tasks.models import Task


def _nothing(_record: Any, _reader: Any) -> dict[str, Any]:
    return {}


def register_panels() -> None:
    for model in (Client, Contact, Deal, Project, Task):
        register(
            Panel(
                key=f"reminders_of_{model._meta.model_name}",
                title=_("Remind me"),
                model=model,
                order=90,
                is_aside=True,
                template="reminders/_panel.jinja",
                context=_nothing,
            )
        )
