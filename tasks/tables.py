"""The list of tasks and its export."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.tables import RECORD_SORTS
from crm.listing.columns import Column, Listing
from crm.listing.export import Field, chosen, plain, several
from crm.listing.keyset import Sort
from tasks.about import names_of, progress, subjects_of
from tasks.filters import BoardFilterSet, TaskFilterSet
from tasks.models import NO_DAY, Task


def _progress(tasks: Sequence[Task], user: Any) -> Mapping[Any, str]:
    return {pk: f"{done}/{whole}" for pk, (done, whole) in progress(tasks, user).items()}


TASKS = Listing(
    model=Task,
    columns=(
        Column(name="name", label=_("Title"), sort="name", fields=()),
        Column(
            name="about",
            label=_("About"),
            fields=(),
            load=subjects_of,
            css="d-none d-sm-table-cell",
        ),
        Column(name="due", label=_("Due"), fields=("due_on",), sort="due"),
        Column(name="status", label=_("Status"), css="d-none d-md-table-cell"),
        Column(name="owner", label=_("Who does it"), css="d-none d-lg-table-cell"),
        Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell"),
    ),
    slot="owner",
    filterset_class=TaskFilterSet,
    tabs="state",
    quick_filters=("mine", "given", "overdue"),
    sorts=(
        Sort("name", _("Title"), "name", fields=("name",)),
        *RECORD_SORTS[1:],
        Sort("due", _("Due"), "due_on", fields=("due_on",), unknown=NO_DAY),
    ),
    default_order="due",
    row_relations=("owner", "status", "kind"),
    select_related=("owner", "team", "status", "kind", "creator"),
    exports=(
        plain("name", _("Title")),
        Field(label=_("Kind"), fields=("kind",), value=lambda task: str(task.kind)),
        Field(label=_("Status"), fields=("status",), value=lambda task: str(task.status)),
        Field(label=_("State"), fields=("status",), value=chosen("state", "").value),
        plain("due_on", _("Due")),
        plain("due_at", _("Due at")),
        plain("due_zone", _("Time zone")),
        chosen("priority", _("Priority")),
        plain("estimate", _("Estimate, hours")),
        Field(label=_("Client"), fields=("client",), load=names_of("client")),
        Field(label=_("Contact"), fields=("contact",), load=names_of("contact")),
        Field(label=_("Deal"), fields=("deal",), load=names_of("deal")),
        Field(label=_("Project"), fields=("project",), load=names_of("project")),
        Field(label=_("Parts done"), fields=("status",), load=_progress),
        several("checklist", _("Checklist"), lambda row: f"{'☑' if row.is_done else '☐'} {row.text}"),
        plain("rrule", _("Repeats")),
        plain("tags", _("Tags")),
        plain("description", _("Description")),
        plain("external_id", _("External id")),
        plain("owner", _("Who does it")),
        Field(label=_("Asked by"), fields=("watchers",), value=lambda task: str(task.creator or "")),
        plain("team", _("Team")),
        Field(label=_("Closed on"), fields=("status",), value=lambda task: task.done_at),
        Field(label=_("Added on"), fields=(), value=lambda task: task.created_at),
        Field(label=_("Changed on"), fields=(), value=lambda task: task.updated_at),
        Field(label=_("Record id"), fields=(), value=lambda task: task.pk),
    ),
)

#: The columns of a board are read in this order by indexes of their own.
BOARD = replace(
    TASKS,
    filterset_class=BoardFilterSet,
    tabs="",
    quick_filters=("mine", "overdue"),
    sorts=tuple(sort for sort in TASKS.sorts if sort.name == "due"),
)
#: On the calendar whose tasks they are is chosen by tabs of its own.
CALENDAR = replace(TASKS, tabs="", quick_filters=("given", "overdue"))
