"""What happens to records of every type: made, changed in what is worth telling, handed over, binned, imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.registry import record_model_of
from crm.history.comparing import NOTHING, Reader
from crm.history.states import State, state_of_version
from crm.timeline.models import Entry
from crm.timeline.registry import Event, Kind, register, register_kind

CREATED, CHANGED, HANDED_OVER = "records.created", "records.changed", "records.handed_over"
BINNED, RESTORED, IMPORTED = "records.binned", "records.restored", "records.imported"
_TEMPLATE = "timeline/_happened.jinja"
_ICONS = {CREATED: "plus", CHANGED: "edit", HANDED_OVER: "transfer", BINNED: "trash", RESTORED: "arrow-back-up"}


def _sentence_of(entry: Entry) -> str:
    record_type: Any = record_model_of(entry.subject_type)
    told = {
        "type": record_type._meta.verbose_name,
        "file": entry.data.get("file", ""),
    }
    sentences = {
        CREATED: _("added the %(type)s"),
        CHANGED: _("changed the %(type)s"),
        HANDED_OVER: _("handed the %(type)s over"),
        BINNED: _("moved the %(type)s to the recycle bin"),
        RESTORED: _("restored the %(type)s from the recycle bin"),
        IMPORTED: _("imported the %(type)s from “%(file)s”"),
    }
    return sentences[entry.event] % told


def _tell_plainly(entries: Sequence[Entry], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    return {
        entry.pk: {
            "sentence": _sentence_of(entry),
            "icon_name": _ICONS.get(entry.event, "file-import"),
            "changes": [],
        }
        for entry in entries
    }


def _tell_changes(entries: Sequence[Entry], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """By the versions in the history: two a change, at one query a record type. Hidden fields are not told."""
    found: dict[int, Mapping[str, Any]] = {}
    for label in {entry.subject_type for entry in entries}:
        model = record_model_of(label)
        of_type = [entry for entry in entries if entry.subject_type == label]
        if model is None:
            continue
        states = _states(model, of_type)
        told = Reader(model, reader, states.values())
        for entry in of_type:
            number = entry.data["version"]
            before = states.get((entry.subject_id, number - 1), NOTHING)
            after = states.get((entry.subject_id, number), NOTHING)
            changes = [change for change in told.changes(before, after) if change.name in entry.fields]
            if changes:
                plain = _tell_plainly([entry], reader)[entry.pk]
                found[entry.pk] = {**plain, "changes": changes}
    return found


def _states(model: Any, entries: Sequence[Entry]) -> dict[tuple[Any, int], State]:
    wanted = Q(pk__in=[])
    for entry in entries:
        number = entry.data["version"]
        wanted |= Q(id=entry.subject_id, version__in=(number - 1, number))
    versions = model.history.model.objects.filter(wanted)
    return {(version.id, version.version): state_of_version(version) for version in versions}


def _register(key: str, load: Callable[..., Any], *, kind: str = "change") -> None:
    register(Event(key=key, kind=kind, load=load, template=_TEMPLATE))


register_kind(Kind(key="change", label=gettext_lazy("Changes"), icon="edit", order=80))
register_kind(Kind(key="import", label=gettext_lazy("Imports"), icon="file-import", order=90))
for _key in (CREATED, BINNED, RESTORED):
    _register(_key, _tell_plainly)
for _key in (CHANGED, HANDED_OVER):
    _register(_key, _tell_changes)
_register(IMPORTED, _tell_plainly, kind="import")
