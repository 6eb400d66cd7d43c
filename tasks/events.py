"""What happens to tasks, on timelines; on those of clients, deals and projects that tasks on them are done."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.rights import hidden_fields
from crm.timeline.registry import Event, Kind, register, register_kind
from tasks.models import Task
from tasks.services.invitations import INVITED, UNINVITED
from tasks.services.moves import CANCELLED, DONE, MOVED, REOPENED

_ICONS = {DONE: "circle-check", CANCELLED: "circle-x", MOVED: "arrow-right", REOPENED: "arrow-back-up"}


def tell_moves(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """At no query; nothing to a reader who must not see where tasks stand."""
    if "status" in hidden_fields(reader, Task):
        return {}
    return {
        entry.pk: {"sentence": _sentence(entry.event), "icon_name": _ICONS[entry.event], "changes": []}
        for entry in entries
    }


def _sentence(event: str) -> str:
    return {
        DONE: _("did the task"),
        CANCELLED: _("cancelled the task"),
        REOPENED: _("opened the task again"),
    }.get(event, _("moved the task on"))


def tell_invitations(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """Whom is not told here: not everybody who sees the task sees its people."""
    sentences = {INVITED: _("sent invitations to the meeting"), UNINVITED: _("cancelled invitations to the meeting")}
    return {entry.pk: {"sentence": sentences[entry.event], "icon_name": "send", "changes": []} for entry in entries}


register_kind(Kind(key="task", label=gettext_lazy("Tasks"), icon="checkbox", tint="green", order=55))
for _event in (MOVED, DONE, CANCELLED, REOPENED):
    register(Event(key=_event, kind="task", load=tell_moves, template="timeline/_happened.jinja"))
for _event in (INVITED, UNINVITED):
    register(Event(key=_event, kind="task", load=tell_invitations, template="timeline/_happened.jinja"))
