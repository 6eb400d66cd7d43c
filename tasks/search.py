"""Tasks in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clients.models import Client
from crm.access.rights import hidden_fields
from crm.search.registry import SearchSource, register
from tasks.models import Task


def task_hints(tasks: Sequence[Task], user: Any) -> Mapping[UUID, str]:
    """The client, as far as the reader may see it."""
    if "client" in hidden_fields(user, Task):
        return {}
    rows = Task.objects.filter(pk__in=[task.pk for task in tasks], client__in=Client.objects.visible_to(user))
    return dict(rows.values_list("pk", "client__name"))


register(SearchSource(model=Task, label=_("Tasks"), icon="checkbox", order=28, hints=task_hints))
